import type { ComponentType } from 'react';
import type { KindInfo, Open } from '../../api/types';
import type { Key } from '../../lib/i18n';

/** What a feature adds to the pages of one kind, beyond what its declaration gives. */
export type Extension = {
  /** The page that makes a new record, for whoever holds needs. */
  create?: { path: '/people/new'; needs: string };
  /** The page that makes many at once, for whoever holds needs. */
  bulk?: { path: '/people/import'; label: Key; needs: string };
  /** Further buttons in the head of a record. */
  Actions?: ComponentType<{ kind: KindInfo; row: Open }>;
  /** A further section of a record. */
  Section?: ComponentType<{ kind: KindInfo; row: Open }>;
};

const extensions: Record<string, Extension> = {};

/** Only app/ calls it, so that features stay apart. */
export const extend = (kind: string, e: Extension) => {
  extensions[kind] = e;
};

export const extensionOf = (kind: string): Extension => extensions[kind] ?? {};
