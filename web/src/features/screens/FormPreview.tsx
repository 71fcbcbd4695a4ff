import { Form, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KindInfo } from '../../api/types';
import { FormSections } from '../../components/FormSections';
import { begun, formFields, type Values } from '../../lib/form';
import { type FormLayout, formed } from './layouts';

/** The form as it will be, from the draft: filled in to try its conditions, and saved nowhere. */
export function FormPreview({ kind, value }: { kind: KindInfo; value: FormLayout }) {
  const { t } = useTranslation();
  const [narrow, setNarrow] = useState(false);
  const shown = formed(kind, value);
  const start = begun(formFields(shown));
  return (
    <section aria-label={t('screens.preview')} style={{ marginTop: 20 }}>
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'center', marginBottom: 8 }}>
        <h2 className="fc-h2" style={{ margin: 0 }}>
          {t('screens.preview')}
        </h2>
        <Segmented
          size="small"
          value={narrow}
          options={[
            { value: false, label: t('screens.desk') },
            { value: true, label: t('screens.phone') },
          ]}
          onChange={setNarrow}
        />
        <span className="fc-soft">{t('screens.formPreviewHint')}</span>
      </div>
      <div className={narrow ? 'fc-form fc-card narrow' : 'fc-form fc-card'}>
        {/* Another default begins the inputs again; any other change keeps what was tried. */}
        <Inputs key={JSON.stringify(start)} kind={shown} start={start} />
      </div>
    </section>
  );
}

function Inputs({ kind, start }: { kind: KindInfo; start: Values }) {
  const [form] = Form.useForm<Values>();
  const typed: Values = { ...start, ...(Form.useWatch([], form) as Values | undefined) };
  return (
    <Form<Values> component={false} form={form} layout="vertical" initialValues={start}>
      <FormSections still kind={kind} typed={typed} />
    </Form>
  );
}
