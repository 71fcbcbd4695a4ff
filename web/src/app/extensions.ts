import { lazy } from 'react';
import { extend } from '../features/records/extend';
import { drawMenuWith } from '../features/screens/sideMenu';

// What one feature adds to the pages of another stands here, so that features know nothing of each other.
drawMenuWith(lazy(() => import('./SideMenu').then((m) => ({ default: m.SideMenu }))));

extend('user', {
  bulk: { path: '/people/import', label: 'people.import', needs: 'user:manage' },
  create: { path: '/people/new', needs: 'user:manage' },
  Actions: lazy(() => import('../features/people/PersonActions').then((m) => ({ default: m.PersonActions }))),
  Section: lazy(() => import('../features/people/Postings').then((m) => ({ default: m.Postings }))),
});
