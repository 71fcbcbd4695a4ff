package screens

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/file"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// The handlers' names are stored.
const (
	dropUpload      = "screens.drop_upload"
	recomputeRecord = "screens.recompute"
)

// JobWords say what the module's handlers do.
var JobWords = map[string]fault.Text{
	dropUpload:      {Zh: "清理没有保存的字段文件", En: "Drop a file whose record was never saved"},
	recomputeRecord: {Zh: "按新公式重算已有记录", En: "Compute a changed formula in existing records"},
}

// Handlers registers what falls due.
func (s *Service) Handlers(h job.Handlers, files *file.Folder) {
	h.On(taskRecompute, recomputeRecord, s.recompute)
	h.On(record.TaskDropUpload, dropUpload, func(ctx context.Context, t job.Task) error {
		var id uuid.UUID
		if err := json.Unmarshal(t.Body, &id); err != nil {
			return fmt.Errorf("task %s: %w", t.Kind, err)
		}
		return s.dropUpload(ctx, t, id, files)
	})
}

// dropUpload deletes a field's file that no record took up, and its content. Run again, it finds neither.
func (s *Service) dropUpload(ctx context.Context, t job.Task, id uuid.UUID, files *file.Folder) error {
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	gone := false
	err = s.db.Do(ctx, tenants.Worker(tenant, t.Kind), func(tx tenants.Tx) error {
		gone, err = record.DropUpload(ctx, tx.Tx, id, tenants.FreeFile)
		return err
	})
	if err != nil || !gone {
		return err
	}
	return files.Remove(t.Tenant, id)
}
