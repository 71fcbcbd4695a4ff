package rest

import (
	"fmt"
	"strings"

	"forecourt/kernel/fault"
)

// schemaTexts puts Huma's messages into the words of the product. A message is found by its beginning; %s takes the rest.
var schemaTexts = []struct {
	begins string
	text   fault.Text
}{
	{"unexpected property", fault.Text{Zh: "没有这个字段", En: "There is no such field"}},
	{"expected required property", fault.Text{Zh: "必填", En: "Required"}},
	{"required ", fault.Text{Zh: "必填", En: "Required"}},
	{"expected string to be RFC 3339 date-time", fault.Text{Zh: "应为时间，如 2026-11-24T05:00:00Z", En: "This is a time such as 2026-11-24T05:00:00Z"}},
	{"expected string to be RFC 3339 date", fault.Text{Zh: "应为日期，如 2026-11-24", En: "This is a date such as 2026-11-24"}},
	{"expected string to be date", fault.Text{Zh: "应为日期，如 2026-11-24，在 1900 至 2199 年之间", En: "This is a date such as 2026-11-24, between 1900 and 2199"}},
	{"expected string to be money", fault.Text{Zh: "应为金额，如 199800.00，最多两位小数", En: "This is a sum such as 199800.00, with at most two decimals"}},
	{"expected string to be RFC 4122 uuid", fault.Text{Zh: "标识格式不对", En: "This is no valid id"}},
	{"expected boolean", fault.Text{Zh: "应为是或否", En: "This is true or false"}},
	{"expected number >= ", fault.Text{Zh: "不能小于 %s", En: "This is at least %s"}},
	{"expected number > ", fault.Text{Zh: "应大于 %s", En: "This is more than %s"}},
	{"expected number <= ", fault.Text{Zh: "不能大于 %s", En: "This is at most %s"}},
	{"expected number < ", fault.Text{Zh: "应小于 %s", En: "This is less than %s"}},
	{"expected number", fault.Text{Zh: "应为数字", En: "This is a number"}},
	{"expected integer", fault.Text{Zh: "应为整数", En: "This is a whole number"}},
	{"expected string", fault.Text{Zh: "应为符合格式的文字", En: "This is a text of the right form"}},
	{"expected array length >= ", fault.Text{Zh: "至少 %s 项", En: "At least %s entries"}},
	{"expected array length <= ", fault.Text{Zh: "最多 %s 项", En: "At most %s entries"}},
	{"expected array", fault.Text{Zh: "应为列表", En: "This is a list"}},
	{"expected object", fault.Text{Zh: "应为对象", En: "This is an object"}},
	{"expected length >= ", fault.Text{Zh: "至少 %s 个字", En: "At least %s characters"}},
	{"expected length <= ", fault.Text{Zh: "最多 %s 个字", En: "At most %s characters"}},
	{"expected value to be one of ", fault.Text{Zh: "只能是 %s 之一", En: "This is one of %s"}},
	{"request body is too large", fault.Text{Zh: "内容太大", En: "The content is too large"}},
}

func schemaMessage(message, lang string) string {
	for _, s := range schemaTexts {
		if rest, ok := strings.CutPrefix(message, s.begins); ok {
			text := s.text.In(lang)
			if strings.Contains(text, "%s") {
				return fmt.Sprintf(text, rest)
			}
			return text
		}
	}
	if lang == "en" {
		return message
	}
	return "内容格式不对"
}

// missing returns the name of a required property that is absent: Huma names its parent as the place.
func missing(message string) string {
	rest, ok := strings.CutPrefix(message, "expected required property ")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(rest, " to be present")
}
