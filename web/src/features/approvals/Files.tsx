import { DownloadOutlined, FilePdfOutlined, PaperClipOutlined, PictureOutlined } from '@ant-design/icons';
import { Button, Modal, Skeleton } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { blob, download } from '../../api/client';
import { Problem } from '../../components/Problem';
import { useTell } from '../../components/tell';
import { size } from '../../lib/format';
import { shownAs } from './rules';
import type { PaperFile } from './types';

const icons = { image: <PictureOutlined aria-hidden />, pdf: <FilePdfOutlined aria-hidden /> };

/** Files that open on the page where it can show them, and are saved otherwise. */
export function Files({ files }: { files: PaperFile[] }) {
  const tell = useTell();
  const [shown, setShown] = useState<PaperFile>();
  return (
    <div className="fc-files">
      {files.map((f) => {
        const as = shownAs(f);
        return (
          <Button
            key={f.id}
            size="small"
            icon={as ? icons[as] : <PaperClipOutlined aria-hidden />}
            onClick={() => (as ? setShown(f) : download(`/files/${f.id}`, undefined, f.name).catch(tell.failed))}
          >
            {f.name} <small className="fc-soft fc-num">{size(f.size)}</small>
          </Button>
        );
      })}
      {shown && <Preview file={shown} close={() => setShown(undefined)} />}
    </div>
  );
}

function Preview({ file, close }: { file: PaperFile; close: () => void }) {
  const { t } = useTranslation();
  const tell = useTell();
  const [url, setUrl] = useState<string>();
  const [error, setError] = useState<unknown>();
  const as = shownAs(file);
  useEffect(() => {
    let gone = false;
    let made: string | undefined;
    blob(`/files/${file.id}`)
      .then((b) => {
        if (gone) return;
        // The type is one of those that cannot run, whatever the content says it is.
        made = URL.createObjectURL(new Blob([b], { type: as === 'pdf' ? 'application/pdf' : 'image/*' }));
        setUrl(made);
      })
      .catch(setError);
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [file.id, as]);
  return (
    <Modal
      open
      title={file.name}
      width="min(960px, 96vw)"
      onCancel={close}
      footer={
        <Button
          icon={<DownloadOutlined aria-hidden />}
          onClick={() => download(`/files/${file.id}`, undefined, file.name).catch(tell.failed)}
        >
          {t('approval.download')}
        </Button>
      }
    >
      {error !== undefined && <Problem error={error} />}
      {!url && error === undefined && <Skeleton active />}
      {url && as === 'image' && <img src={url} alt={file.name} className="fc-picture" />}
      {url && as === 'pdf' && <iframe src={url} title={file.name} className="fc-pdf" />}
    </Modal>
  );
}
