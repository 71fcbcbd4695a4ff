package record

// Placed names the table whose columns company_id, department_id and owner_id say in whose scope a record lies, and the column of it
// that points to the record. Both are empty for a kind that whoever may read it reads in the whole tenant.
func (s *Spec) Placed() (table, column string) {
	switch s.scope {
	case scopeColumns:
		return s.table, "id"
	case scopeThrough:
		return s.through, s.via
	}
	return "", ""
}
