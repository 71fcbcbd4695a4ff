import { DatePicker, Form, Input, Select, TreeSelect } from 'antd';
import { useTranslation } from 'react-i18next';
import { treeOf, useUnits } from '../../api/units';
import { useWords } from '../../lib/prefs';
import { useRoles } from './queries';

/** Where a person works, as what, from when, and what they may do there. */
export function PostingFields({ dates = true, place = true }: { dates?: boolean; place?: boolean }) {
  const { t } = useTranslation();
  const words = useWords();
  const units = useUnits();
  const roles = useRoles();
  const needed = (label: string) => [{ required: true, message: t('form.required', { label }) }];
  return (
    <>
      {place && (
        <Form.Item name="unitId" label={t('people.unit')} rules={needed(t('people.unit'))}>
          <TreeSelect
            showSearch={{ treeNodeFilterProp: 'title' }}
            treeDefaultExpandAll
            loading={units.isPending}
            treeData={treeOf(units.data ?? [], true)}
            placeholder={t('form.choose')}
            aria-label={t('people.unit')}
          />
        </Form.Item>
      )}
      <Form.Item name="title" label={t('people.title')} rules={needed(t('people.title'))}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="roles" label={t('people.roles')} rules={needed(t('people.roles'))}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          loading={roles.isPending}
          placeholder={t('form.choose')}
          aria-label={t('people.roles')}
          options={roles.data?.map((r) => ({ value: r.code, label: words(r.name), disabled: r.mayGive === false }))}
        />
      </Form.Item>
      {dates && (
        <Form.Item name="validTo" label={t('people.validTo')}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      )}
    </>
  );
}
