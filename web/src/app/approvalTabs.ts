export type ApprovalTab = 'todo' | 'done' | 'mine' | 'copied' | 'standing';
export const approvalTabs: ApprovalTab[] = ['todo', 'done', 'mine', 'copied', 'standing'];
