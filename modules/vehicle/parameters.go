package vehicle

import "forecourt/kernel/parameter"

var holdDays = parameter.Days("vehicle.hold_days", 7, "预占最长天数", "Longest hold in days").In("库存车辆", "Stock of vehicles").Between(1, 60).
	Says("车辆最多可以预占几天，到期自动释放", "A vehicle is held for at most this many days and is then free again")

var oldDays = parameter.Days("vehicle.old_days", 60, "库龄预警天数", "Days in stock before the warning").In("库存车辆", "Stock of vehicles").Between(1, 730).
	Says("入库超过这个天数的车辆列入「库龄预警」", "Vehicles that have been in stock longer are listed under old stock")
