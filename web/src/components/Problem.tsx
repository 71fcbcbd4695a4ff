import { Button, Result, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { offline, ProblemError } from '../api/client';

/** What went wrong, in the server's words where it has some. */
export function useProblemText() {
  const { t } = useTranslation();
  return (e: unknown): string => {
    if (!(e instanceof ProblemError)) return e instanceof Error && e.message ? e.message : t('problem.server');
    if (e.code === offline) return t('problem.offline');
    // What is only unavailable says why; what broke was logged, and its reader can do nothing about it.
    if (e.status >= 500 && (e.status !== 503 || !e.detail)) return t('problem.server');
    if (e.errors.length > 1) return e.errors.map((x) => x.message).join('；');
    if (e.detail) return e.detail;
    if (e.status === 403) return t('problem.denied');
    if (e.status === 404) return t('problem.missing');
    return e.errors[0]?.message || t('problem.title');
  };
}

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useProblemText();
  const status =
    error instanceof ProblemError && error.status === 403
      ? '403'
      : error instanceof ProblemError && error.status === 404
        ? '404'
        : 'warning';
  return (
    <Result
      className="fc-problem"
      status={status === 'warning' ? 'warning' : status}
      icon={status === 'warning' ? undefined : <span aria-hidden />}
      title={t('problem.title')}
      subTitle={text(error)}
      extra={
        retry && (
          <Button type="primary" onClick={retry}>
            {t('problem.retry')}
          </Button>
        )
      }
    />
  );
}

export function Waiting({ rows = 8 }: { rows?: number }) {
  return (
    <div className="fc-page" aria-busy="true">
      <Skeleton active title paragraph={{ rows }} />
    </div>
  );
}
