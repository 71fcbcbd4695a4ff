package money

var capitalDigits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// Capitals writes a as Chinese papers do, so that nobody can alter it: 12300.00 is 壹万贰仟叁佰元整. It keeps the rules for cheques of
// the People's Bank: zeros between digits give one 零, a sum without fen ends in 整, and where 零 may stand or not it does not.
func (a Amount) Capitals() string {
	n, sign := uint64(a), ""
	if a < 0 {
		n, sign = -n, "负" // the smallest int64 has no positive twin, its unsigned one has
	}
	yuan, jiao, fen := n/100, n/10%10, n%10
	out := sign
	if yuan > 0 {
		out += whole(yuan) + "元"
	}
	switch {
	case n == 0:
		return "零元整"
	case jiao == 0 && fen == 0:
		return out + "整"
	case jiao > 0:
		out += capitalDigits[jiao] + "角"
	case yuan > 0:
		out += "零"
	}
	if fen == 0 {
		return out + "整"
	}
	return out + capitalDigits[fen] + "分"
}

// whole writes n > 0. Above 亿 it begins again, so that 10^12 is 壹万亿.
func whole(n uint64) string {
	for _, unit := range []struct {
		size uint64
		name string
	}{{1e8, "亿"}, {1e4, "万"}, {1e3, "仟"}, {1e2, "佰"}, {10, "拾"}} {
		if n < unit.size {
			continue
		}
		out, rest := whole(n/unit.size)+unit.name, n%unit.size
		switch {
		case rest == 0:
			return out
		case rest < unit.size/10:
			out += capitalDigits[0]
		}
		return out + whole(rest)
	}
	return capitalDigits[n]
}
