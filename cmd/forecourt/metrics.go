package main

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/uptrace/bun"

	"forecourt/workers"
)

// metrics are what this process tells of itself. No label names a tenant or a person: whoever watches an installation has no way to
// anybody's business.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "forecourt_requests_total", Help: "Calls of the API by operation and HTTP status."}, []string{"operation", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "forecourt_request_seconds", Help: "How long calls of the API took, by operation.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10, 30}}, []string{"operation"}),
	}
	m.registry.MustRegister(m.requests, m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// seen counts one call. The stream of live notices stays open for hours, so its length is nobody's waiting.
func (m *metrics) seen(op string, status int, took time.Duration) {
	m.requests.WithLabelValues(op, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(op).Observe(took.Seconds())
}

// watch adds what is asked at each look: the pool of connections, and in a process with workers what the whole installation has open, so
// that many API processes do not count the same rows.
func (m *metrics) watch(a *application, withWork bool) {
	m.registry.MustRegister(collectors.NewDBStatsCollector(a.db.Pool(), "forecourt"))
	if withWork {
		m.registry.MustRegister(&totals{a})
	}
}

var (
	workRows   = prometheus.NewDesc("forecourt_work_rows", "Open rows of the outbox and of due tasks over all tenants, by state.", []string{"source", "state"}, nil)
	workWaits  = prometheus.NewDesc("forecourt_work_oldest_seconds", "How long the oldest row of a state has waited; 0 where there is none.", []string{"source", "state"}, nil)
	queueTasks = prometheus.NewDesc("forecourt_queue_tasks", "Tasks in the queues of Redis, by state.", []string{"queue", "state"}, nil)
	redisUp    = prometheus.NewDesc("forecourt_redis_up", "1 when Redis answers.", nil, nil)
	sessions   = prometheus.NewDesc("forecourt_sessions_open", "Sessions that have not ended.", nil, nil)
	closedNow  = prometheus.NewDesc("forecourt_maintenance", "1 while operators keep the platform closed.", nil, nil)
)

// totals tell what all processes share.
type totals struct{ app *application }

const oneLook = 5 * time.Second

// Describe names what Collect gives.
func (*totals) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{workRows, workWaits, queueTasks, redisUp, sessions, closedNow} {
		out <- d
	}
}

// Collect asks the database and Redis. What does not answer is missing, and the rest is told.
func (i *totals) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), oneLook)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	i.work(ctx, out, gauge)
	queues, err := i.app.workers.Queues()
	gauge(redisUp, number(err == nil))
	for _, q := range queues {
		for state, n := range map[string]int{"waiting": q.Waiting, "running": q.Running, "planned": q.Planned, "retried": q.Retried} {
			gauge(queueTasks, float64(n), q.Name, state)
		}
	}
	var open int64
	err = i.app.db.Platform(ctx, func(tx bun.Tx) error { return tx.NewRaw("SELECT sessions_open()").Scan(ctx, &open) })
	if err != nil {
		out <- prometheus.NewInvalidMetric(sessions, err)
	} else {
		gauge(sessions, float64(open))
	}
	gauge(closedNow, number(i.app.closed.On()))
}

// work tells each state of each table, also those in which nothing stands: a line that ends looks like one that was never there.
func (i *totals) work(ctx context.Context, out chan<- prometheus.Metric, gauge func(*prometheus.Desc, float64, ...string)) {
	rows, err := i.app.workers.OpenWork(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(workRows, err)
		return
	}
	found := map[[2]string]workers.Open{}
	for _, r := range rows {
		found[[2]string{r.Source, string(r.State)}] = r
	}
	for _, source := range []string{"outbox", "due_tasks"} {
		for _, state := range []workers.State{workers.StatePlanned, workers.StateDue, workers.StateRunning, workers.StateFailing, workers.StateParked} {
			r := found[[2]string{source, string(state)}]
			gauge(workRows, float64(r.N), source, string(state))
			gauge(workWaits, max(r.Waits, 0), source, string(state))
		}
	}
}

func number(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
