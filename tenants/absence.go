package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of absences.
var (
	ErrDeputy      = fault.New(fault.Invalid, "absence.deputy", "代理人不存在、已停用、没有任职，或就是本人", "The deputy does not exist, is disabled, has no posting, or is the person themselves")
	ErrAbsenceDays = fault.New(fault.Invalid, "absence.days", "结束日期不能早于开始日期，也不能早于今天", "It ends no earlier than it begins, and not in the past")
	ErrOverlap     = fault.New(fault.Conflict, "absence.overlap", "这段时间已经登记过外出", "An absence is noted for these days already")
	ErrNoAbsence   = fault.New(fault.Missing, "absence.missing", "没有这条外出登记", "There is no such absence")
)

// Absence is when somebody is away and who stands in. The deputy hears what the person would hear; they may do no more than their
// own grants allow, so an approval passes to them only if they hold it themselves.
type Absence struct {
	ID         uuid.UUID `json:"id"`
	UserID     uuid.UUID `json:"userId"`
	UserName   string    `json:"userName"`
	DeputyID   uuid.UUID `json:"deputyId"`
	DeputyName string    `json:"deputyName"`
	From       clock.Day `json:"from"`
	To         clock.Day `json:"to" doc:"The last day"`
	Current    bool      `json:"current" doc:"Whether it holds today"`
}

// AbsenceInput notes an absence.
type AbsenceInput struct {
	User, Deputy uuid.UUID
	From, To     clock.Day // first and last day
}

// mayNote lets everyone note their own absence, and those who manage a user that user's.
func (o *Org) mayNote(ctx context.Context, tx Tx, user uuid.UUID) error {
	if user == tx.Actor.User {
		return nil
	}
	if _, err := tx.Can("user:manage"); err != nil {
		return err
	}
	return o.mayManage(ctx, tx, user, false)
}

// Absences lists a user's absences that are not over, and for oneself also those in which one stands in for somebody, by their
// first day. It returns ErrNoUser, ErrBeyond or a denied fault.
func (o *Org) Absences(ctx context.Context, a Actor, user uuid.UUID) ([]Absence, error) {
	out := []Absence{}
	err := o.db.Read(ctx, a, func(tx Tx) error {
		if err := userExists(ctx, tx, user); err != nil {
			return err
		}
		if err := o.mayNote(ctx, tx, user); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT a.id, a.user_id, u.name, a.deputy_id, d.name, a.from_day, a.to_day, a.from_day <= ?::date FROM absences a
			JOIN users u ON u.tenant_id = a.tenant_id AND u.id = a.user_id JOIN users d ON d.tenant_id = a.tenant_id AND d.id = a.deputy_id
			WHERE a.tenant_id = ? AND a.to_day >= ?::date AND (a.user_id = ? OR a.deputy_id = ? AND ?) ORDER BY a.from_day, a.id`,
			tx.today(), tx.Tenant, tx.today(), user, user, user == a.User)
		if err != nil {
			return fmt.Errorf("absences of %s: %w", user, err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var x Absence
			if err := rows.Scan(&x.ID, &x.UserID, &x.UserName, &x.DeputyID, &x.DeputyName, &x.From, &x.To, &x.Current); err != nil {
				return fmt.Errorf("absences of %s: %w", user, err)
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// AddAbsence notes when a user is away and who stands in. It returns ErrNoUser, ErrBeyond, ErrDeputy, ErrAbsenceDays, ErrOverlap or
// a denied fault.
func (o *Org) AddAbsence(ctx context.Context, a Actor, in AbsenceInput) (absence uuid.UUID, err error) {
	absence = id.New()
	err = o.db.Do(ctx, a, func(tx Tx) error {
		version, err := raise(ctx, tx, in.User) // locks the user: two overlapping absences at once do not both pass
		if err != nil {
			return err
		}
		if err := o.mayNote(ctx, tx, in.User); err != nil {
			return err
		}
		if in.To < in.From || in.To < clock.Day(tx.today()) {
			return ErrAbsenceDays.At("to")
		}
		name, err := deputyName(ctx, tx, in)
		if err != nil {
			return err
		}
		overlaps, err := tx.NewSelect().TableExpr("absences").Where("tenant_id = ? AND user_id = ? AND from_day <= ?::date AND to_day >= ?::date", tx.Tenant, in.User, in.To, in.From).Exists(ctx)
		if err != nil {
			return fmt.Errorf("absences of %s: %w", in.User, err)
		}
		if overlaps {
			return ErrOverlap.At("from")
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO absences (tenant_id, id, user_id, deputy_id, from_day, to_day, created_by, created_at) VALUES (?, ?, ?, ?, ?::date, ?::date, ?, ?)",
			tx.Tenant, absence, in.User, in.Deputy, in.From, in.To, null(a.User), tx.Now); err != nil {
			return fmt.Errorf("add absence: %w", err)
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "add_absence", nil, map[string]any{"deputy": name, "from": in.From, "to": in.To})
	})
	return absence, err
}

// deputyName returns the name of a deputy who can stand in, or ErrDeputy.
func deputyName(ctx context.Context, tx Tx, in AbsenceInput) (name string, err error) {
	err = tx.NewSelect().TableExpr("users").ColumnExpr("name").Where("tenant_id = ? AND id = ? AND status = 'active'", tx.Tenant, in.Deputy).Scan(ctx, &name)
	if errors.Is(err, sql.ErrNoRows) || err == nil && in.Deputy == in.User {
		return "", ErrDeputy.At("deputyId")
	}
	if err != nil {
		return "", fmt.Errorf("deputy %s: %w", in.Deputy, err)
	}
	held, err := PostingsOf(ctx, tx, in.Deputy)
	if err == nil && len(held) == 0 {
		return "", ErrDeputy.At("deputyId")
	}
	return name, err
}

// EndAbsence takes an absence back; one that has begun is over at once. It returns ErrNoAbsence, ErrBeyond or a denied fault.
func (o *Org) EndAbsence(ctx context.Context, a Actor, absence uuid.UUID) error {
	return o.db.Do(ctx, a, func(tx Tx) error {
		var user uuid.UUID
		var from, to clock.Day
		err := tx.QueryRowContext(ctx, "SELECT user_id, from_day, to_day FROM absences WHERE tenant_id = ? AND id = ? AND to_day >= ?::date FOR UPDATE", tx.Tenant, absence, tx.today()).Scan(&user, &from, &to)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoAbsence
		}
		if err != nil {
			return fmt.Errorf("absence %s: %w", absence, err)
		}
		if err := o.mayNote(ctx, tx, user); err != nil {
			return err
		}
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM absences WHERE tenant_id = ? AND id = ?", tx.Tenant, absence); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "end_absence", map[string]any{"from": from, "to": to}, nil)
	})
}

// DeputyOf returns who stands in for a user today, or uuid.Nil when they are here. Whoever stands in for a deputy who is away
// themselves is not asked: a person names one deputy, not a chain.
func DeputyOf(ctx context.Context, tx Tx, user uuid.UUID) (deputy uuid.UUID, err error) {
	err = tx.NewSelect().TableExpr("absences AS a").ColumnExpr("a.deputy_id").Join("JOIN users d ON d.tenant_id = a.tenant_id AND d.id = a.deputy_id AND d.status = 'active'").
		Where("a.tenant_id = ? AND a.user_id = ? AND a.from_day <= ?::date AND a.to_day >= ?::date", tx.Tenant, user, tx.today(), tx.today()).Limit(1).Scan(ctx, &deputy)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, nil
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("deputy of %s: %w", user, err)
	}
	return deputy, nil
}
