export interface Size {
  what: string;
  bytes: number;
  gzip: number;
}
export function sizes(packageDir: string): Promise<Size[]>;
export function sizeTable(rows: Size[]): string;
