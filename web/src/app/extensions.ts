import { lazy } from 'react';
import { barred, isLate } from '../features/approvals/rules';
import { answer, beside, extend } from '../features/records/extend';
import { drawMenuWith } from '../features/screens/sideMenu';

// What one feature adds to the pages of another stands here, so that features know nothing of each other.
drawMenuWith(lazy(() => import('./SideMenu').then((m) => ({ default: m.SideMenu }))));

extend('user', {
  bulk: { path: '/people/import', label: 'people.import', needs: 'user:manage' },
  create: { path: '/people/new', needs: 'user:manage' },
  Actions: lazy(() => import('../features/people/PersonActions').then((m) => ({ default: m.PersonActions }))),
  Section: lazy(() => import('../features/people/Postings').then((m) => ({ default: m.Postings }))),
});

const Preview = lazy(() => import('../features/approvals/Decision').then((m) => ({ default: m.Preview })));

const Card = lazy(() => import('../features/approvals/Card').then((m) => ({ default: m.Card })));

extend('approval', {
  page: { to: '/approvals/$id', id: 'id' },
  list: {
    fields: ['title', 'summary', 'amount', 'companyId', 'status', 'submittedAt', 'currentStep'],
    english: { summary: 'summaryEn', currentStep: 'currentStepEn' },
    columns: ['number', 'title', 'amount', 'currentStep', 'status'],
    widths: { title: 220 },
    Card,
    Preview,
  },
});
extend('approval_task', {
  page: { to: '/approvals/$id', id: 'approvalId' },
  list: {
    fields: [
      'approvalId',
      'bulk',
      'status',
      'late',
      'number',
      'title',
      'summary',
      'amount',
      'submitterId',
      'companyId',
      'step',
      'openedAt',
      'dueAt',
    ],
    english: { summary: 'summaryEn', step: 'stepEn' },
    columns: ['number', 'title', 'amount', 'submitterId', 'dueAt'],
    widths: { title: 220 },
    barred,
    late: isLate,
    Chosen: lazy(() => import('../features/approvals/Chosen').then((m) => ({ default: m.Chosen }))),
    Card,
    Preview,
  },
});
beside(lazy(() => import('../features/approvals/Panel').then((m) => ({ default: m.Panel }))));
answer(
  'approval.choice',
  lazy(() => import('../features/approvals/ChooseDialog').then((m) => ({ default: m.ChooseDialog }))),
);
