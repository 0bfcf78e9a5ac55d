export function digest(text: string): string;
