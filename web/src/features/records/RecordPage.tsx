import { EditOutlined } from '@ant-design/icons';
import { Link, Navigate, useParams } from '@tanstack/react-router';
import { Button, Descriptions, Dropdown, Progress, Steps, Tabs } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/client';
import { useKinds, useList, useMe, useRecord } from '../../api/queries';
import type { FieldInfo, KindInfo, Open, PartInfo, RelatedInfo, Row } from '../../api/types';
import { LinkButton } from '../../components/LinkButton';
import { Listing } from '../../components/Listing';
import { Problem, Waiting } from '../../components/Problem';
import { Revealable, StatusTag, Value } from '../../components/Value';
import { fieldOf, filterText, titleOf, withId } from '../../lib/kind';
import { useNames, useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { usePageTitle } from '../../lib/tabs';
import { Actions } from './Actions';
import { columns, fieldsOf, width } from './columns';
import { extensionOf, linkOf, panelsBeside } from './extend';
import { PrintButton } from './PrintButton';
import { Rail } from './Rail';

export function RecordPage() {
  const { path, id } = useParams({ from: '/shell/r/$path/$id' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <Record key={id} kind={kind} id={id} />;
}

/** What is made next out of a record: the kind, and the fields that it takes over. */
const follow: Record<string, { kind: string; fields: Record<string, string> }[]> = {
  customer: [
    { kind: 'intent', fields: { customerId: 'id' } },
    { kind: 'contract', fields: { customerId: 'id' } },
  ],
  intent: [{ kind: 'contract', fields: { intentId: 'id', customerId: 'customerId' } }],
  contract: ['receipt', 'invoice', 'outbound', 'handover'].map((kind) => ({ kind, fields: { contractId: 'id' } })),
};

function Record({ kind, id }: { kind: KindInfo; id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const record = useRecord(kind, id);
  const row = record.data;
  usePageTitle(titleOf(kind, row));
  if (record.isError && !row) return <Problem error={record.error} retry={() => record.refetch()} />;
  if (!row) return <Waiting rows={12} />;
  if (extensionOf(kind.name).page) return <Navigate {...linkOf(kind, row)} replace />;
  const related = kind.related.map((r, i) => ({ key: `r${i}`, label: words(r.label), children: <Related related={r} id={id} /> }));
  const details = <Details kind={kind} row={row} />;
  return (
    <div className="fc-page">
      <Head kind={kind} row={row} />
      {panelsBeside().map((Panel, i) => (
        <Suspense key={String(i)} fallback={null}>
          <Panel kind={kind} row={row} />
        </Suspense>
      ))}
      <div className="fc-record">
        <div>{related.length ? <Tabs items={[{ key: '', label: t('record.details'), children: details }, ...related]} /> : details}</div>
        <Rail kind={kind} id={id} />
      </div>
    </div>
  );
}

/** The few fields that decide, which stand in the head. */
const factsOf = (kind: KindInfo, row: Row) =>
  fieldsOf(kind, kind.list)
    .filter((f) => f.name !== kind.title && f.name !== 'number' && f.name !== kind.status && row[f.name] !== undefined)
    .slice(0, 5);

function Head({ kind, row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const words = useWords();
  const names = useNames();
  const kinds = useKinds();
  const me = useMe();
  const status = kind.status ? fieldOf(kind.fields, kind.status) : undefined;
  const title = titleOf(kind, row);
  const More = extensionOf(kind.name).Actions;
  const facts = factsOf(kind, row);
  const next = (follow[kind.name] ?? []).flatMap((n) => {
    const target = kinds.find((k) => k.name === n.kind && k.can.create);
    if (!target) return [];
    const search: { [field: string]: string } = {};
    for (const [to, from] of Object.entries(n.fields)) if (row[from] && fieldOf(target.fields, to)) search[to] = String(row[from]);
    return [{ target, search }];
  });
  return (
    <header className="fc-card fc-title">
      <div className="line">
        <Link to="/r/$path" params={{ path: kind.path }} className="fc-soft">
          {names.many(kind)}
        </Link>
        <h1>{title}</h1>
        {kind.title !== 'number' && row.number !== undefined && <span className="fc-soft fc-num">{String(row.number)}</span>}
        {status && <StatusTag field={status} value={row[status.name]} />}
        <span className="fill" />
        {next.length > 2 ? (
          <Dropdown
            trigger={['click']}
            menu={{
              items: next.map((n) => ({
                key: n.target.name,
                label: (
                  <Link to="/r/$path/new" params={{ path: n.target.path }} search={n.search}>
                    {t('list.newOf', { kind: names.one(n.target) })}
                  </Link>
                ),
              })),
            }}
          >
            <Button>{t('list.new')}…</Button>
          </Dropdown>
        ) : (
          next.map((n) => (
            <LinkButton key={n.target.name} to="/r/$path/new" params={{ path: n.target.path }} search={n.search}>
              {t('list.newOf', { kind: names.one(n.target) })}
            </LinkButton>
          ))
        )}
        {(row.canEdit || row.canFill) && (
          <LinkButton icon={<EditOutlined aria-hidden />} to="/r/$path/$id/edit" params={{ path: kind.path, id: row.id }}>
            {t(row.canEdit ? 'record.edit' : 'record.fill')}
          </LinkButton>
        )}
        <PrintButton kind={kind} id={row.id} />
        {me?.grants['role:read'] !== undefined && kind.name !== 'user' && (
          <LinkButton to="/explain" search={{ permission: `${kind.name}:read`, kind: kind.name, id: row.id }}>
            {t('explain.title')}
          </LinkButton>
        )}
        {More && (
          <Suspense fallback={null}>
            <More kind={kind} row={row} />
          </Suspense>
        )}
        <Actions kind={kind} row={row} />
      </div>
      {facts.length > 0 && (
        <dl className="fc-facts">
          {facts.map((f) => (
            <div key={f.name}>
              <dt>{words(f.label)}</dt>
              <dd>
                <Revealable kind={kind} field={f} row={row} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Way kind={kind} row={row} />
    </header>
  );
}

/** The ordinary way of a document; a status beside it (refused, cancelled) stands at the end. */
function Way({ kind, row }: { kind: KindInfo; row: Row }) {
  const { t } = useTranslation();
  const words = useWords();
  const phone = usePhone();
  const status = kind.status ? fieldOf(kind.fields, kind.status) : undefined;
  if (!status || kind.steps.length < 2) return null;
  const option = (v: unknown) => status.options?.find((o) => o.value === v);
  const value = row[status.name];
  const at = kind.steps.indexOf(String(value));
  const off = at < 0 ? option(value) : undefined;
  const last = at === kind.steps.length - 1;
  if (phone) {
    return (
      <section className="fc-way" aria-label={t('record.steps')}>
        <Progress
          percent={at < 0 ? 100 : Math.round(((at + 1) / kind.steps.length) * 100)}
          status={off?.tone === 'red' ? 'exception' : undefined}
          showInfo={false}
          size="small"
        />
        <span className="fc-soft">
          {off ? words(off.label) : t('record.stepOf', { at: at + 1, all: kind.steps.length })}
          {!off && !last && ` · ${words(option(kind.steps[at + 1])?.label)} ›`}
        </span>
      </section>
    );
  }
  const items = kind.steps.map((s) => ({ title: words(option(s)?.label) || s, status: off ? ('wait' as const) : undefined }));
  return (
    <section className="fc-steps" aria-label={t('record.steps')}>
      <Steps
        size="small"
        responsive={false}
        current={at < 0 ? items.length : last ? at + 1 : at}
        items={
          off
            ? [
                ...items,
                { title: words(off.label), status: off.tone === 'red' || off.tone === 'grey' ? ('error' as const) : ('process' as const) },
              ]
            : items
        }
      />
    </section>
  );
}

const technical = new Set(['id', 'version']);
const keeping = ['companyId', 'departmentId', 'ownerId', 'createdAt', 'createdBy', 'updatedAt'];

function Details({ kind, row }: { kind: KindInfo; row: Open }) {
  const { t } = useTranslation();
  const words = useWords();
  const Further = extensionOf(kind.name).Section;
  const inForm = new Set(kind.form.flatMap((s) => s.fields));
  const facts = new Set([kind.title, kind.status, 'number', ...factsOf(kind, row).map((f) => f.name)]);
  // A kind without a form shows everything here, what stands in the head too.
  const told = (f: FieldInfo) => kind.form.length > 0 && facts.has(f.name);
  const rest = kind.fields.filter((f) => !inForm.has(f.name) && !technical.has(f.name) && !told(f) && row[f.name] !== undefined);
  const other = rest.filter((f) => !keeping.includes(f.name));
  const system = rest.filter((f) => keeping.includes(f.name));
  const block = (key: string, label: string, fields: FieldInfo[]) =>
    fields.length > 0 && (
      <section key={key} className="fc-card fc-section">
        <h2 className="fc-h2">{label}</h2>
        <Descriptions
          size="small"
          colon={false}
          column={{ xs: 1, sm: 2, md: 2, lg: 2, xl: 3 }}
          items={fields.map((f) => ({
            key: f.name,
            label: words(f.label),
            span: f.format === 'multiline' || f.type === 'json' ? ('filled' as const) : 1,
            children: <Revealable kind={kind} field={f} row={row} />,
          }))}
        />
      </section>
    );
  return (
    <>
      {kind.form.map((s, i) => block(`s${i}`, words(s.label), fieldsOf(kind, s.fields)))}
      {kind.parts.map((p) => (
        <Lines key={p.name} part={p} rows={(row[p.name] as Row[] | undefined) ?? []} />
      ))}
      {Further && (
        <Suspense fallback={<Waiting rows={3} />}>
          <Further kind={kind} row={row} />
        </Suspense>
      )}
      {block('other', t(kind.form.length ? 'record.other' : 'record.details'), other)}
      {block('system', t('record.system'), system)}
    </>
  );
}

/** An id whose title stands in the same line, such as the thing that a contract line sells, is not shown itself. */
function Lines({ part, rows }: { part: PartInfo; rows: Row[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const fields = part.fields.filter(
    (f) => f.type !== 'id' && !technical.has(f.name) && f.visibility !== 'hidden' && f.name !== 'position' && f.name !== 'itemId',
  );
  return (
    <section className="fc-card fc-section">
      <h2 className="fc-h2">{words(part.label)}</h2>
      <Listing<Row>
        rowKey={(r) => r.id ?? JSON.stringify(r)}
        rows={rows}
        empty={t('record.noLines')}
        columns={fields.map((f) => ({
          key: f.name,
          dataIndex: f.name,
          title: words(f.label),
          align: f.type === 'money' || f.type === 'int' ? ('right' as const) : undefined,
          render: (_: unknown, r: Row) => <Value field={f} row={r} />,
        }))}
      />
    </section>
  );
}

function Related({ related, id }: { related: RelatedInfo; id: string }) {
  const kind = useKinds().find((k) => k.name === related.kind);
  return kind ? <RelatedRows kind={kind} related={related} id={id} /> : null;
}

function RelatedRows({ kind, related, id }: { kind: KindInfo; related: RelatedInfo; id: string }) {
  const { t } = useTranslation();
  const words = useWords();
  const filter = withId(related.filter, id);
  const list = useList(kind, { filter: filterText(filter), sort: kind.sort, limit: 20 });
  // The column that points back to this record says nothing here.
  const fields = fieldsOf(kind, kind.list).filter((f) => !filter.some((term) => term[0] === f.name));
  if (list.isError) return <Problem error={list.error} retry={() => list.refetch()} />;
  return (
    <section className="fc-card">
      <Listing<Row>
        rowKey="id"
        loading={list.isPending}
        rows={list.data?.items}
        columns={columns(kind, (f) => words(f.label), undefined, fields)}
        width={fields.reduce((n, f) => n + width(f), 0)}
        empty={t('record.noRelated')}
      />
      {list.data?.next && (
        <div className="fc-foot">
          <Link to="/r/$path" params={{ path: kind.path }} search={{ filter }}>
            {t('list.open')}
          </Link>
        </div>
      )}
    </section>
  );
}
