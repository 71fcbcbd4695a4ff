import { ArrowLeftOutlined, PrinterOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { ProblemError, post } from '../../api/client';
import { useKinds } from '../../api/queries';
import type { KindInfo } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Paper } from '../../components/Paper';
import { Problem, Waiting } from '../../components/Problem';
import { titleOf } from '../../lib/kind';
import type { Sheet } from '../../lib/print';
import { usePageTitle } from '../../lib/tabs';

/** A record as it comes out of the printer. Opening it is written to the record's history. */
export function PrintPage() {
  const { path, id } = useParams({ from: '/bare/r/$path/$id/print' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <Print kind={kind} id={id} />;
}

function Print({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const { layout = '' } = useSearch({ from: '/bare/r/$path/$id/print' });
  const navigate = useNavigate({ from: '/r/$path/$id/print' });
  const client = useQueryClient();
  const sheet = useQuery({
    // Not below "records": a live change of the record must not write another line of history.
    queryKey: ['print', kind.name, id, layout],
    queryFn: async () => {
      const answer = await post<Sheet>(`/${kind.path}/${id}/print`, layout ? { layout } : {});
      void client.invalidateQueries({ queryKey: ['records', kind.name, 'history', id] });
      return answer;
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  const title = titleOf(kind, sheet.data?.record);
  usePageTitle(title ? `${t('print.print')} · ${title}` : t('print.print'));
  return (
    <>
      <nav className="fc-printbar" aria-label={t('print.print')}>
        <LinkButton icon={<ArrowLeftOutlined aria-hidden />} to="/r/$path/$id" params={{ path: kind.path, id }}>
          {t('print.back')}
        </LinkButton>
        {kind.prints.length > 1 && (
          <Select
            aria-label={t('print.layout')}
            value={layout}
            style={{ minWidth: 160 }}
            options={kind.prints.map((name) => ({ value: name, label: name || t('print.standard') }))}
            onChange={(name) => void navigate({ search: name ? { layout: name } : {}, replace: true })}
          />
        )}
        <span className="fill" />
        <Button
          type="primary"
          icon={<PrinterOutlined aria-hidden />}
          disabled={!sheet.data}
          key={String(Boolean(sheet.data))}
          autoFocus
          onClick={() => window.print()}
        >
          {t('print.print')}
        </Button>
      </nav>
      {sheet.isError ? (
        <Problem error={sheet.error} retry={() => sheet.refetch()} />
      ) : sheet.data ? (
        <Paper kind={kind} sheet={sheet.data} />
      ) : (
        <Waiting rows={12} />
      )}
    </>
  );
}
