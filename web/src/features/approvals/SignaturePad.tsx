import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Point = { x: number; y: number };
const width = 640;
const height = 220;

function draw(pad: HTMLCanvasElement, strokes: Point[][]) {
  const c = pad.getContext('2d');
  if (!c) return;
  // Signatures are dark on white in every theme: they end up on paper.
  c.fillStyle = '#fff';
  c.fillRect(0, 0, width, height);
  c.strokeStyle = '#10243a';
  c.lineWidth = 3;
  c.lineCap = 'round';
  c.lineJoin = 'round';
  for (const s of strokes) {
    c.beginPath();
    if (s[0]) c.moveTo(s[0].x, s[0].y);
    for (const p of s) c.lineTo(p.x, p.y);
    // A dot is a line of no length.
    if (s.length === 1 && s[0]) c.lineTo(s[0].x + 0.1, s[0].y);
    c.stroke();
  }
}

/** Where a name is written with a finger, a pen or the mouse. Its value is a PNG, and nothing while nobody has written. */
export function SignaturePad({ onChange }: { onChange: (picture: File | undefined) => void }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLCanvasElement>(null);
  const strokes = useRef<Point[][]>([]);
  const [written, setWritten] = useState(false);
  useEffect(() => {
    if (ref.current) draw(ref.current, strokes.current);
  }, []);
  const at = (e: React.PointerEvent<HTMLCanvasElement>): Point => {
    const box = e.currentTarget.getBoundingClientRect();
    return { x: ((e.clientX - box.left) * width) / (box.width || width), y: ((e.clientY - box.top) * height) / (box.height || height) };
  };
  const down = (e: React.PointerEvent<HTMLCanvasElement>) => {
    e.currentTarget.setPointerCapture?.(e.pointerId);
    strokes.current.push([at(e)]);
    draw(e.currentTarget, strokes.current);
  };
  const move = (e: React.PointerEvent<HTMLCanvasElement>) => {
    if (e.buttons === 0) return;
    strokes.current.at(-1)?.push(at(e));
    draw(e.currentTarget, strokes.current);
  };
  const up = (e: React.PointerEvent<HTMLCanvasElement>) => {
    setWritten(true);
    e.currentTarget.toBlob((b) => b && onChange(new File([b], `${t('approval.signature')}.png`, { type: 'image/png' })), 'image/png');
  };
  const clear = () => {
    strokes.current = [];
    if (ref.current) draw(ref.current, []);
    setWritten(false);
    onChange(undefined);
  };
  return (
    <div className="fc-signature">
      <canvas
        ref={ref}
        width={width}
        height={height}
        role="img"
        aria-label={t('approval.signHere')}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
      />
      {!written && <span>{t('approval.signHere')}</span>}
      {written && (
        <Button size="small" onClick={clear}>
          {t('approval.signAgain')}
        </Button>
      )}
    </div>
  );
}
