import { Link } from '@tanstack/react-router';
import { Alert, Descriptions, Segmented, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useKinds } from '../../api/queries';
import type { FieldInfo, Row } from '../../api/types';
import { Value } from '../../components/Value';
import { titleName } from '../../lib/kind';
import { useWords } from '../../lib/prefs';
import { usePhone } from '../../lib/screen';
import { Files } from './Files';
import { inOrder, isChanged, type MarkedRow, marked, shownFields } from './rules';
import type { Fact, Lines, Paper } from './types';

/** A fact as the field that shows or takes it. */
export const fieldOfFact = (f: Fact): FieldInfo => ({
  required: false,
  sortable: false,
  searchable: false,
  personal: false,
  visibility: 'shown',
  readOnly: false,
  ops: [],
  ...f,
});

/** One value of the document; a reference shows the words that came with it. */
export function FactValue({ fact, submitted = false }: { fact: Fact; submitted?: boolean }) {
  const value = submitted ? fact.submitted : fact.value;
  const text = submitted ? fact.submittedText : fact.text;
  return <Value field={fieldOfFact(fact)} row={{ [fact.name]: value, [titleName(fact.name)]: text || undefined }} link={false} />;
}

/** The document that is decided: what changed since it was submitted first, then what it holds, its lines and its papers. */
export function Document({ paper, of, columns = 2 }: { paper: Paper; of: string; columns?: 1 | 2 }) {
  const form =
    useKinds()
      .find((k) => k.name === of)
      ?.form.flatMap((s) => s.fields) ?? [];
  const { t } = useTranslation();
  const words = useWords();
  const phone = usePhone();
  const [then, setThen] = useState(false);
  const changed = isChanged(paper);
  const changes = paper.fields.filter((f) => f.changed);
  const filled = inOrder(paper.fields, form).filter((f) => {
    const v = then && f.changed ? f.submitted : f.value;
    return v !== undefined && v !== null && v !== '';
  });
  return (
    <>
      {changed && (
        <section className="fc-card fc-section">
          <div className="fc-head">
            <h2 className="fc-h2 fc-fill">{t('approval.changed')}</h2>
            <Segmented
              size="small"
              value={then ? 'then' : 'now'}
              options={[
                { value: 'now', label: t('approval.asNow') },
                { value: 'then', label: t('approval.asSubmitted') },
              ]}
              onChange={(v) => setThen(v === 'then')}
            />
          </div>
          {changes.length === 0 ? (
            <Alert type="warning" showIcon title={t('approval.linesChanged')} />
          ) : (
            <ul className="fc-before">
              {changes.map((f) => (
                <li key={f.name}>
                  <span className="fc-soft">{words(f.label)}</span>
                  <span>
                    <del>
                      <FactValue fact={f} submitted />
                    </del>{' '}
                    → <ins>{<FactValue fact={f} />}</ins>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {filled.length > 0 && (
        <section className="fc-card fc-section">
          <h2 className="fc-h2">{t(then ? 'approval.documentThen' : 'approval.document')}</h2>
          <Descriptions
            size="small"
            colon={false}
            column={phone || columns === 1 ? 1 : 2}
            items={filled.map((f) => ({
              key: f.name,
              label: words(f.label),
              span: f.format === 'multiline' ? ('filled' as const) : 1,
              children: <FactValue fact={f} submitted={then && f.changed} />,
            }))}
          />
        </section>
      )}
      {paper.parts.map((p) => (
        <Part key={p.name} part={p} then={then} />
      ))}
      {paper.files.length > 0 && (
        <section className="fc-card fc-section">
          <h2 className="fc-h2">{t('approval.files')}</h2>
          <Files files={paper.files} />
        </section>
      )}
      {paper.related.some((r) => r.items.length > 0) && (
        <section className="fc-card fc-section">
          <h2 className="fc-h2">{t('approval.related')}</h2>
          {paper.related
            .filter((r) => r.items.length > 0)
            .map((r) => (
              <p key={r.kind} className="fc-tags">
                <span className="fc-soft">{words(r.label)}</span>
                {r.items.map((i) => (
                  <Link key={i.id} to="/r/$path/$id" params={{ path: i.path, id: i.id }}>
                    {i.title}
                  </Link>
                ))}
              </p>
            ))}
        </section>
      )}
    </>
  );
}

const colours = { added: 'green', removed: 'red', changed: 'gold' } as const;

function Part({ part, then }: { part: Lines; then: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const phone = usePhone();
  const fields = shownFields(part.fields);
  const rows: MarkedRow[] =
    then && part.submittedRows ? part.submittedRows.map((row, i) => ({ key: row.id ?? String(i), row, mark: undefined })) : marked(part);
  if (rows.length === 0) return null;
  const tag = (m: MarkedRow) => m.mark && <Tag color={colours[m.mark]}>{t(`approval.${m.mark}Line`)}</Tag>;
  const cell = (f: FieldInfo, m: MarkedRow) => {
    const was = m.was && m.was[f.name] !== m.row[f.name] ? m.was : undefined;
    return (
      <>
        {was && (
          <>
            <del className="fc-soft">
              <Value field={f} row={was} link={false} />
            </del>{' '}
          </>
        )}
        {m.mark === 'removed' ? (
          <del>
            <Value field={f} row={m.row} link={false} />
          </del>
        ) : (
          <Value field={f} row={m.row} link={false} />
        )}
      </>
    );
  };
  const given = (r: Row, f: FieldInfo) => r[f.name] !== undefined && r[f.name] !== null && r[f.name] !== '';
  return (
    <section className="fc-card fc-section">
      <h2 className="fc-h2">{words(part.label)}</h2>
      {phone ? (
        rows.map((m) => (
          <div key={m.key} className="fc-line">
            {m.mark && <span>{tag(m)}</span>}
            {fields
              .filter((f) => given(m.row, f))
              .map((f) => (
                <span key={f.name}>
                  <em>{words(f.label)}</em>
                  {cell(f, m)}
                </span>
              ))}
          </div>
        ))
      ) : (
        <Table<MarkedRow>
          size="small"
          rowKey="key"
          pagination={false}
          dataSource={rows}
          scroll={{ x: 'max-content' }}
          columns={[
            ...fields.map((f) => ({
              key: f.name,
              title: words(f.label),
              align: f.type === 'money' || f.type === 'int' ? ('right' as const) : undefined,
              render: (_: unknown, m: MarkedRow) => cell(f, m),
            })),
            ...(rows.some((m) => m.mark) ? [{ key: 'mark', render: (_: unknown, m: MarkedRow) => tag(m) }] : []),
          ]}
        />
      )}
    </section>
  );
}
