import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { post } from '../../api/client';
import type { Flow, FlowProblem, Subject } from './types';

const none: FlowProblem[] = [];

/** Where nodes stand in the drawing is nothing to check. */
const checked = (f: Flow) => JSON.stringify({ ...f, nodes: f.nodes.map(({ x, y, ...n }) => ({ ...n, x: 0, y: 0 })) });

/** What the server finds wrong with a flow, asked half a second after the last change. */
export function useCheck(subject: Subject, flow: Flow): { problems: FlowProblem[]; checking: boolean } {
  const text = useMemo(() => checked(flow), [flow]);
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    if (text === asked) return;
    const timer = setTimeout(() => setAsked(text), 500);
    return () => clearTimeout(timer);
  }, [text, asked]);
  const q = useQuery({
    queryKey: ['approval-check', subject.kind, subject.action, asked],
    queryFn: async () => {
      const body = { kind: subject.kind, action: subject.action, definition: JSON.parse(asked) };
      return (await post<{ problems: FlowProblem[] | null }>('/approval-flows/check', body)).problems ?? none;
    },
    placeholderData: keepPreviousData,
    gcTime: 60_000,
    retry: false,
  });
  return { problems: q.data ?? none, checking: text !== asked || q.isFetching };
}
