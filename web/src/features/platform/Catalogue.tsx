import { useTranslation } from 'react-i18next';
import { SheetImport } from '../../components/SheetImport';

/** The vehicle models that every group may take. */
export function Catalogue() {
  const { t } = useTranslation();
  return (
    <div style={{ maxWidth: 820 }}>
      <SheetImport
        path="/platform/catalogue/import"
        accept=".csv,.gz"
        prompt={t('platform.file')}
        hint={t('platform.fileHint')}
        said={() => t('platform.imported')}
      />
    </div>
  );
}
