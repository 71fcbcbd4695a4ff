package contract

import (
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// paper is the contract as it is signed. What the dealer keeps to itself (discount, margin, how it was approved) is not on it.
var paper = record.Paper{
	Title:  fault.Text{Zh: "汽车销售合同", En: "Vehicle sales contract"},
	Fields: []string{"companyId", "customerId", "modelName", "vehicleId", "remark"},
	Sums:   []string{"total", "deposit", "paid", "balance"},
	Terms: fault.Text{
		Zh: "一、上列公司为甲方（卖方），上列客户为乙方（买方）。本合同一式两份，双方各执一份，签字盖章后生效，具有同等法律效力。\n二、乙方按约定支付定金和车款；甲方在收齐车款后交付车辆、发票和随车资料。\n三、未尽事宜由双方协商解决；协商不成的，可向甲方所在地人民法院起诉。",
		En: "1. The company above is the seller, the customer above the buyer. This contract is made in two copies, one for each party, and takes effect when both have signed.\n2. The buyer pays the deposit and the price as agreed; the seller hands over the vehicle, the invoice and its papers once the price is paid in full.\n3. What is not settled here is settled between the parties, or else by the court at the seller's place.",
	},
	Signers: []fault.Text{{Zh: "甲方（卖方盖章）", En: "Seller (seal)"}, {Zh: "乙方（买方签字）", En: "Buyer (signature)"}},
}
