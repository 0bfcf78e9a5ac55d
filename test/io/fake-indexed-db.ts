// As much of IndexedDB as a checkpoint needs: every answer comes later, and a transaction that fails has changed
// nothing.
interface Request {
  result: unknown;
  error: Error | null;
  onsuccess?: () => void;
  onerror?: () => void;
  onupgradeneeded?: () => void;
}

interface Transaction {
  error: Error | null;
  oncomplete?: () => void;
  onabort?: () => void;
  objectStore(name: string): object;
}

/** What a browser's `indexedDB` is to a checkpoint; `refuse` makes opening, or writing, fail. */
export function fakeIndexedDB() {
  const databases = new Map<string, Map<string, Map<string, unknown>>>();
  const fake = {
    databases: async () => [...databases.keys()].map((name) => ({ name })),
    deleteDatabase: (name: string) => void databases.delete(name),
    refuse: null as null | { what: "open" | "write"; why: string },
    opened: 0,
    open(name: string): Request {
      const request: Request = { result: null, error: null };
      setTimeout(() => {
        if (fake.refuse?.what === "open") {
          request.error = new Error(fake.refuse.why);
          request.onerror?.();
          return;
        }
        const isNew = !databases.has(name);
        const tables = databases.get(name) ?? new Map<string, Map<string, unknown>>();
        databases.set(name, tables);
        fake.opened++;
        request.result = {
          createObjectStore: (table: string) => void tables.set(table, new Map()),
          transaction: (table: string, mode: string) => transaction(tables, table, mode),
          close: () => void fake.opened--,
        };
        if (isNew) request.onupgradeneeded?.();
        request.onsuccess?.();
      }, 0);
      return request;
    },
  };

  function transaction(
    tables: Map<string, Map<string, unknown>>,
    table: string,
    mode: string,
  ): Transaction {
    const kept = tables.get(table) as Map<string, unknown>;
    const rows = new Map(kept);
    const own: Transaction = {
      error: null,
      objectStore: () => ({
        put: write((value, key) => rows.set(key, structuredClone(value))),
        delete: write((key) => rows.delete(key as string)),
        get: (key: string) => ({ result: structuredClone(rows.get(key)) }),
        count: (key: string) => ({ result: Number(rows.has(key)) }),
      }),
    };
    function write(change: (value: unknown, key: string) => void) {
      return (value: unknown, key: string) => {
        if (mode !== "readwrite") throw new Error("a write in a transaction that only reads");
        change(value, key);
        return { result: undefined };
      };
    }
    setTimeout(() => {
      if (mode === "readwrite" && fake.refuse?.what === "write") {
        own.error = new Error(fake.refuse.why);
        own.onabort?.();
        return;
      }
      tables.set(table, rows);
      own.oncomplete?.();
    }, 0);
    return own;
  }
  return fake;
}
