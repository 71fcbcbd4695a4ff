import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { Alert, Button, Form } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, post, request } from '../../api/client';
import { useKinds, useRecord, useRefresh } from '../../api/queries';
import type { KindInfo, Open, Row } from '../../api/types';
import { FormSections } from '../../components/FormSections';
import { Problem, useProblemText, Waiting } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { drafts } from '../../lib/drafts';
import type { Values } from '../../lib/form';
import { titleOf } from '../../lib/kind';
import { onward } from '../../lib/onward';
import { useNames } from '../../lib/prefs';
import { sortErrors } from '../../lib/problems';
import { tabs, usePageTitle } from '../../lib/tabs';
import { createBody, editableParts, editBody, freshValues, hasInput, ownForm, startValues } from './body';
import { PartRows } from './PartRows';

export function NewPage() {
  const { path } = useParams({ from: '/shell/r/$path/new' });
  const search = useSearch({ from: '/shell/r/$path/new' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind?.can.create) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <RecordForm key={path + JSON.stringify(search)} kind={kind} start={freshValues(kind, search)} />;
}

export function EditPage() {
  const { path, id } = useParams({ from: '/shell/r/$path/$id/edit' });
  const kind = useKinds().find((k) => k.path === path);
  if (!kind) return <Problem error={new ProblemError(404, 'client.kind', '')} />;
  return <Edit key={id} kind={kind} id={id} />;
}

function Edit({ kind, id }: { kind: KindInfo; id: string }) {
  const record = useRecord(kind, id);
  const [first, setFirst] = useState<Open>();
  useEffect(() => {
    if (record.data && !record.isFetching) setFirst((known) => known ?? record.data);
  }, [record.data, record.isFetching]);
  if (record.isError && !first) return <Problem error={record.error} retry={() => record.refetch()} />;
  if (!first) return <Waiting rows={12} />;
  const shown = first.canFill ? ownForm(kind) : kind;
  return (
    <RecordForm
      // A newer version begins the form again, with its draft dropped.
      key={first.version}
      kind={shown}
      row={first}
      start={startValues(shown, first)}
      part={first.canFill ? '/own' : ''}
      reload={async () => {
        const fresh = (await record.refetch()).data;
        if (fresh) setFirst(fresh);
      }}
    />
  );
}

/** part is what of a record is sent: all of its form, or what stands behind its path. */
type Props = { kind: KindInfo; row?: Row; start: Values; part?: string; reload?: () => Promise<void> };
type Draft = { version?: number; values: Values };

function RecordForm({ kind, row, start, part = '', reload }: Props) {
  const { t } = useTranslation();
  const names = useNames();
  const tell = useTell();
  const text = useProblemText();
  const navigate = useNavigate();
  const { history } = useRouter();
  const refresh = useRefresh();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [top, setTop] = useState<{ n: number; rest: string[] }>({ n: 0, rest: [] });
  const draftKey = `${kind.path}/${row?.id ?? 'new'}`;
  const [draft, setDraft] = useState(() => {
    const d = drafts.read(draftKey) as Draft | undefined;
    return d && d.version === row?.version ? d : undefined;
  });
  const typed: Values = { ...start, ...draft?.values, ...(Form.useWatch([], form) as Values | undefined) };
  const parts = editableParts(kind);
  const title = row ? t('form.editTitle', { title: titleOf(kind, row) }) : t('form.newTitle', { kind: names.one(kind) });
  usePageTitle(title);

  useEffect(() => {
    const on = (e: KeyboardEvent) => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 's') {
        e.preventDefault();
        form.submit();
      }
    };
    window.addEventListener('keydown', on);
    return () => window.removeEventListener('keydown', on);
  }, [form]);

  const leave = () => {
    drafts.drop(draftKey);
    tabs.close(location.pathname);
  };
  const submit = async () => {
    const values = form.getFieldsValue(true) as Values;
    setTop({ n: 0, rest: [] });
    setBusy(true);
    try {
      let id = row?.id;
      if (row) {
        const body = editBody(kind, start, values);
        if (Object.keys(body).length) await request('PATCH', `/${kind.path}/${row.id}${part}`, { body, version: row.version });
        tell.done(t(Object.keys(body).length ? 'form.saved' : 'form.nothing'));
      } else {
        id = (await post<{ id?: string } | undefined>(`/${kind.path}`, createBody(kind, values)))?.id;
        tell.done(t('form.saved'));
      }
      leave();
      void refresh(kind.name);
      await (id
        ? navigate({ to: '/r/$path/$id', params: { path: kind.path, id }, replace: true })
        : navigate({ to: '/r/$path', params: { path: kind.path }, replace: true }));
    } catch (e) {
      if (e instanceof ProblemError && e.status === 412) {
        tell.warn(t('record.stale'));
        await reload?.();
        return;
      }
      if (!(e instanceof ProblemError) || e.status === 0 || e.status === 401 || e.status >= 500) {
        setTop({ n: 0, rest: [text(e)] });
        return;
      }
      const { fields, rest } = sortErrors(e, hasInput(kind, values));
      form.setFields(fields);
      setTop({ n: fields.length, rest });
      if (fields[0]) form.scrollToField(fields[0].name, { block: 'center', focus: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="fc-page">
      <div className="fc-head">
        <h1>{title}</h1>
      </div>
      <Form<Values>
        className="fc-form fc-card"
        form={form}
        layout="vertical"
        initialValues={draft ? { ...start, ...draft.values } : start}
        onFinish={submit}
        onFinishFailed={({ errorFields }) => setTop({ n: errorFields.length, rest: [] })}
        scrollToFirstError={{ block: 'center', focus: true }}
        onValuesChange={(_, values) => drafts.write(draftKey, { version: row?.version, values } satisfies Draft)}
        onKeyDown={onward}
      >
        {(draft || top.n > 0 || top.rest.length > 0) && (
          <div style={{ padding: '12px 16px 0', display: 'grid', gap: 8 }}>
            {draft && (
              <Alert
                type="info"
                showIcon
                title={t('form.draft')}
                action={
                  <Button
                    size="small"
                    onClick={() => {
                      drafts.drop(draftKey);
                      setDraft(undefined);
                      form.setFieldsValue(Object.fromEntries(Object.keys(form.getFieldsValue(true)).map((k) => [k, start[k]])));
                    }}
                  >
                    {t('form.discard')}
                  </Button>
                }
              />
            )}
            {(top.n > 0 || top.rest.length > 0) && (
              <Alert
                type="error"
                showIcon
                title={[top.n > 0 ? t('form.errors', { count: top.n }) : '', ...top.rest].filter(Boolean).join('；')}
              />
            )}
          </div>
        )}
        <FormSections kind={kind} typed={typed} row={row} />
        {parts.map((p) => (
          <PartRows key={p.name} kind={kind} part={p} form={form} titles={row?.[p.name] as Row[] | undefined} />
        ))}
        <div className="fc-bar">
          <span className="fc-soft" style={{ marginRight: 'auto', fontSize: 12 }}>
            Ctrl-S
          </span>
          <Button
            onClick={() => {
              leave();
              history.back();
            }}
          >
            {t('form.cancel')}
          </Button>
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('form.save')}
          </Button>
        </div>
      </Form>
    </div>
  );
}
