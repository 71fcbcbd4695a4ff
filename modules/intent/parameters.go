package intent

import "forecourt/kernel/parameter"

func followUp(stage Stage, key string, days int) parameter.Parameter[int] {
	return parameter.Days(key, days, string(stage)+" 级跟进天数", "Days to follow up at stage "+string(stage)).In("意向", "Intents").Between(1, 90).
		Says("调整到 "+string(stage)+" 级而没有填写下次跟进日期时，按这个天数安排", "When an intent moves to stage "+string(stage)+" without a date, the next follow-up is this many days away")
}

// followUpDays says within how many days an intent of a stage is followed up.
var followUpDays = map[Stage]parameter.Parameter[int]{
	StageH: followUp(StageH, "intent.follow_up_h", 1), StageA: followUp(StageA, "intent.follow_up_a", 3),
	StageB: followUp(StageB, "intent.follow_up_b", 7), StageC: followUp(StageC, "intent.follow_up_c", 15),
}
