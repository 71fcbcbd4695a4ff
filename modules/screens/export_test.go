package screens

// InBatches makes runs of the task short enough for a test to break off in the middle.
func (s *Service) InBatches(atOnce, batches int) { s.atOnce, s.batches = atOnce, batches }
