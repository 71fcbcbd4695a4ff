/** A file as the value of a field holds it. */
export type FileRef = { id: string; name: string };

/** The kinds of file that a field can be limited to. */
export const fileKinds = ['image', 'pdf', 'office', 'text'] as const;

const endings: Record<string, string> = {
  image: '.png,.jpg,.jpeg,.gif,.webp',
  pdf: '.pdf',
  office: '.docx,.xlsx',
  text: '.txt,.csv',
};

/** What a file dialog offers for the kinds; all without any. */
export const acceptOf = (kinds?: string[]) => (kinds?.length ? kinds.map((k) => endings[k] ?? '').join(',') : undefined);

export const filesOf = (value: unknown): FileRef[] => (Array.isArray(value) ? (value as FileRef[]) : []);

/** The body of a file field names its files by id. */
export const fileIds = (value: unknown) => filesOf(value).map((f) => f.id);
