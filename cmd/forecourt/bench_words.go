package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"forecourt/kernel/clock"
)

// The bench's people are made of common surnames, each as often as it is named here, and common characters of given names.
var (
	surnames = []rune("王王王王王王王李李李李李李李张张张张张张张刘刘刘刘刘陈陈陈陈陈杨杨杨赵赵黄黄周周吴吴徐徐孙孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文")
	givens   = []rune("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红娥玲芬燕彩春菊兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子晓雨欣怡梓涵浩然宇轩博文俊思远诗琪家豪雅婷建国晨曦天佑一鸣")
	towns    = []string{"广东省深圳市福田区", "广东省深圳市南山区", "广东省广州市天河区", "广东省佛山市禅城区", "广东省东莞市南城街道", "湖南省长沙市岳麓区", "江西省南昌市红谷滩区", "福建省厦门市思明区"}
	streets  = []string{"深南大道", "中山路", "人民南路", "建设一路", "滨河大道", "解放中路", "新华街", "科技园路"}
	trades   = []string{"商贸有限公司", "科技有限公司", "物流有限公司", "建筑工程有限公司", "餐饮管理有限公司"}
	sources  = []string{"walk_in", "walk_in", "walk_in", "call", "online", "online", "maker", "referral", "activity", "repeat", "other"}
	prefixes = []string{"130", "131", "132", "133", "135", "136", "137", "138", "139", "150", "151", "152", "153", "155", "156", "157", "158", "159", "170", "176", "177", "178", "180", "181", "182", "183", "185", "186", "187", "188", "189"}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func personName(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return string([]rune{pick(r, surnames), pick(r, givens)})
	}
	return string([]rune{pick(r, surnames), pick(r, givens), pick(r, givens)})
}

func firmName(r *rand.Rand) string {
	return "深圳市" + string([]rune{pick(r, givens), pick(r, givens)}) + pick(r, trades)
}

// mobileOf is the n-th mobile of a tenant, n below 3.1 billion. Numbers that follow each other look nothing alike. None begins with
// 199: those are for customers who are entered while the load runs.
func mobileOf(n int) string {
	return fmt.Sprintf("%s%08d", prefixes[n%len(prefixes)], n/len(prefixes)*48_271%100_000_000)
}

// identityOf is the n-th ID number of a tenant by GB 11643, n below 14 million.
func identityOf(n int) string {
	const days = 14_600 // of birth, forty years from 1963 on
	birthday := clock.Day("1963-01-01").Add(n % days * 7_919 % days)
	s := "440304" + strings.ReplaceAll(string(birthday), "-", "") + fmt.Sprintf("%03d", n/days%1000)
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	return s + string("10X98765432"[sum%11])
}

// registrationOf is the n-th unified social credit code of a tenant by GB 32100.
func registrationOf(n int) string {
	const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	s := "91440300MA5" + fmt.Sprintf("%06d", n)
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(digits, s[i]) * weight
		weight = weight * 3 % 31
	}
	return s + string(digits[(31-sum%31)%31])
}
