package contract

import "forecourt/kernel/parameter"

// managerDiscount is the discount up to which the sales manager's yes is enough, in the flow that the product ships. Flows read it as a fact.
var managerDiscount = parameter.BasisPoints("contract.manager_discount", 300, "销售经理折扣权限", "Discount a sales manager may approve").
	In("销售合同", "Sales contracts").Between(0, 10_000).
	Says("默认审批流程以此为界：折扣不超过这个比例，销售经理同意即生效；超过的再由集团审批", "The shipped approval flow goes by it: up to this discount the sales manager's approval is enough; beyond it the group approves, too")
