import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { download } from '../../api/client';
import { SheetImport } from '../../components/SheetImport';
import { useTell } from '../../components/tell';
import { usePageTitle } from '../../lib/tabs';
import { usePeopleChanged } from './queries';

/** People from a sheet: what it would make is shown first, and a sheet with a mistake makes nobody. */
export function ImportPage() {
  const { t } = useTranslation();
  const tell = useTell();
  const changed = usePeopleChanged();
  usePageTitle(t('people.import'));
  return (
    <div className="fc-page" style={{ maxWidth: 860 }}>
      <div className="fc-head">
        <h1>{t('people.import')}</h1>
        <Button onClick={() => download('/users/import/template', undefined, 'users.xlsx').catch(tell.failed)}>
          {t('people.template')}
        </Button>
      </div>
      <SheetImport
        path="/users/import"
        accept=".xlsx,.csv"
        prompt={t('people.file')}
        hint={t('people.fileHint')}
        said={(r) => t('people.imported', { count: r.new })}
        onImported={changed}
      />
    </div>
  );
}
