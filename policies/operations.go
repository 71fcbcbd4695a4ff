package policies

import (
	"slices"
	"strings"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// OperationInfo is an operation of the API in words, for the log and the monitor.
type OperationInfo struct {
	ID    string     `json:"id"`
	Label fault.Text `json:"label"`
}

// operationWords are the operations that belong to no kind of record.
var operationWords = map[string]string{
	"explain-access":             "查看权限说明",
	"own-grants":                 "查看自己的权限",
	"list-permissions":           "查看权限清单",
	"list-protected-fields":      "查看受保护字段",
	"list-operations":            "查看操作名称",
	"list-roles":                 "查看角色",
	"create-role":                "新建角色",
	"edit-role":                  "修改角色",
	"delete-role":                "删除角色",
	"set-grants":                 "设置角色权限",
	"set-fields":                 "设置字段权限",
	"preview-role":               "预览角色改动",
	"role-history":               "查看角色历史",
	"list-brands":                "查看经营品牌",
	"subscribe-brands":           "选择经营品牌",
	"activate-tenant":            "转为正式",
	"add-plan":                   "新建套餐",
	"answer-challenge":           "登录：验证码",
	"begin-maintenance":          "开始维护",
	"begin-provider-sign-in":     "企业账号登录",
	"begin-two-step":             "开始设置两步验证",
	"close-tenant":               "关闭账套",
	"confirm-two-step":           "开启两步验证",
	"create-announcement":        "发布公告",
	"create-own-absence":         "登记自己的外出",
	"create-token":               "新建接口令牌",
	"delete-view":                "删除自己的列表",
	"dismiss-announcement":       "收起公告",
	"edit-announcement":          "修改公告",
	"edit-own-profile":           "修改自己的资料",
	"edit-plan":                  "修改套餐",
	"edit-view":                  "修改自己的列表",
	"end-absence":                "撤销外出",
	"end-announcement":           "结束公告",
	"end-maintenance":            "结束维护",
	"end-two-step":               "关闭两步验证",
	"export-tenant":              "导出账套",
	"extend-tenant":              "延长试用",
	"finish-provider-sign-in":    "企业账号登录返回",
	"get-maintenance":            "查看维护状态",
	"get-tenant":                 "查看账套",
	"get-tenant-log":             "查看账套操作记录",
	"get-tenant-usage":           "查看账套用量",
	"list-announcements":         "查看公告",
	"list-current-announcements": "查看当前公告",
	"list-own-absences":          "查看自己的外出",
	"list-own-tokens":            "查看自己的接口令牌",
	"list-plans":                 "查看套餐",
	"list-platform-parameters":   "查看平台参数",
	"list-saved-views":           "查看保存的列表",
	"list-support-doors":         "查看支持授权",
	"list-templates":             "查看开通模板",
	"open-support":               "进入企业支持",
	"own-profile":                "查看自己的资料",
	"renew-recovery-codes":       "更换恢复码",
	"renew-tenant":               "续期",
	"reopen-tenant":              "重新启用账套",
	"revoke-own-token":           "吊销自己的接口令牌",
	"save-view":                  "保存列表",
	"set-platform-parameter":     "设置平台参数",
	"set-tenant-plan":            "设置账套套餐",
	"sign-in-ways":               "查看登录方式",
	"two-step":                   "查看两步验证",
	"unset-platform-parameter":   "取消平台参数",
	"match-customer":             "查重客户",
	"move-demo-clock":            "前移演示时钟",
	"get-file":                   "下载附件",
	"list-kinds":                 "打开系统",
	"upload-own-file":            "上传字段文件",
	"get-menu":                   "查看菜单",
	"list-menu-items":            "查看全部菜单项",
	"get-kind":                   "打开列表",
	"live":                       "接收实时消息",
	"read-log":                   "查看系统日志",
	"list-sessions":              "查看系统监视器",
	"end-session":                "结束会话",
	"list-notices":               "查看消息",
	"read-notices":               "已读消息",
	"list-unit-people":           "查看组织人员",
	"create-unit":                "新建组织",
	"edit-unit":                  "修改组织",
	"move-unit":                  "移动组织",
	"close-unit":                 "关闭组织",
	"reopen-unit":                "重新启用组织",
	"create-user":                "新建用户",
	"edit-user":                  "修改用户",
	"disable-user":               "停用用户",
	"enable-user":                "启用用户",
	"unlock-user":                "解锁用户",
	"set-password":               "重置密码",
	"set-own-password":           "修改自己的密码",
	"list-postings":              "查看任职",
	"create-posting":             "新增任职",
	"edit-posting":               "修改任职",
	"end-posting":                "结束任职",
	"preview-users":              "核对用户导入",
	"import-users":               "导入用户",
	"users-template":             "下载用户导入模板",
	"list-user-groups":           "查看用户组",
	"create-user-group":          "新建用户组",
	"edit-user-group":            "修改用户组",
	"delete-user-group":          "删除用户组",
	"add-member":                 "加入用户组",
	"remove-member":              "移出用户组",
	"give-role-to-group":         "给用户组授予角色",
	"take-role-from-group":       "收回用户组角色",
	"me":                         "打开系统",
	"sign-in":                    "登录",
	"sign-out":                   "退出",
	"act-as":                     "切换任职",
	"list-own-sessions":          "查看自己的登录",
	"end-own-session":            "结束自己的登录",
	"list-jobs":                  "查看后台任务",
	"retry-job":                  "重新执行后台任务",
	"retry-jobs":                 "全部重新执行后台任务",
	"count-jobs":                 "查看后台任务统计",
	"operator-sign-in":           "运营登录",
	"operator-sign-out":          "运营退出",
	"operator-me":                "打开平台运营",
	"list-tenants":               "查看账套",
	"open-tenant":                "开通账套",
	"suspend-tenant":             "停用账套",
	"resume-tenant":              "恢复账套",
	"list-parked":                "查看搁置的任务",
	"list-parked-of-tenant":      "查看账套搁置的任务",
	"retry-parked":               "重新执行搁置的任务",
	"preview-catalogue":          "核对车型目录",
	"import-catalogue":           "导入车型目录",
}

// Operations puts every operation into words: its own, those of this list, or those of the permission that it needs. ok is false when one
// has none of these.
func Operations(api *rest.API) (out []OperationInfo, ok bool) {
	ok = true
	permissions := api.Permissions()
	for id, title := range api.Titles() {
		if title.Zh == "" {
			title.Zh = operationWords[id]
		}
		if info, known := wordsOf(permissions[id]); title.Zh == "" && known {
			title.Zh = info.ResourceLabel.Zh + "：" + info.Label.Zh
		}
		if title.Zh == "" {
			ok = false
			title.Zh = title.En
		}
		out = append(out, OperationInfo{id, title})
	}
	slices.SortFunc(out, func(a, b OperationInfo) int { return strings.Compare(a.ID, b.ID) })
	return out, ok
}
