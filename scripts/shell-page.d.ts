export function withScreens(page: string, screens: Readonly<Record<string, string>>): string;
