package audit

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// keepMonths is how long the log is kept. The Cybersecurity Law (网络安全法, article 21) asks for six months at least. What is shipped
// follows the E-Commerce Law (电子商务法, article 31), which has what happened to a transaction kept for three years; records themselves
// are kept apart from their log, for as long as the tenant.
var keepMonths = parameter.Months("audit.keep_months", 36, "系统日志保留", "System log kept for").
	In("系统日志", "System log").Between(6, 120).OnlyMore().DownTo(parameter.Group).
	Says("超过这么多个月的日志会被清除，清除后不能恢复；法律要求至少 6 个月，集团只能比平台规定的更长",
		"Lines older than this many months are forgotten for good; the law asks for 6 at least, and a group may only keep them longer than the platform does")

// Kept is how long the log of a tenant is kept, and from when on it is there.
type Kept struct {
	Months int       `json:"months" doc:"Lines older than this are forgotten"`
	Since  time.Time `json:"since" doc:"Of the oldest line that is there"`
}

// Kept reads how long the log is kept.
func (s *Service) Kept(ctx context.Context, a tenants.Actor) (k Kept, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if k.Months, err = keepMonths.Get(ctx, tx.Tx, uuid.Nil); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(min(at), ?) FROM history WHERE tenant_id = ?", tx.Now, tx.Tenant).Scan(&k.Since); err != nil {
			return fmt.Errorf("oldest line of the log: %w", err)
		}
		k.Since = k.Since.UTC()
		return nil
	})
	return k, err
}
