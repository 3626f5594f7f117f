/** A table that scrolls sideways by itself where the screen is narrow, with columns that sort if they say how. */

import type { ComponentChildren, JSX } from 'preact';

export interface Column<T> {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: T) => ComponentChildren;
  /** Numbers stand at the end of their column. */
  readonly numeric?: boolean;
  /** Whether its header is a button that calls `onSort`. */
  readonly sorts?: boolean;
}

interface TableProps<T> {
  /** What the table is, for who can't see what is around it. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly sort?: string | null;
  readonly onSort?: (column: string) => void;
  readonly testid?: string;
}

export function Table<T>({ caption, columns, rows, keyOf, sort = null, onSort, testid }: TableProps<T>): JSX.Element {
  return (
    <div class="table-scroll" role="group" aria-label={caption} tabIndex={0}>
      <table class="table" data-testid={testid}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" class={column.numeric ? 'numeric' : undefined} aria-sort={sort === column.id ? 'descending' : undefined}>
                {column.sorts && onSort !== undefined ? (
                  <button type="button" class="sort" onClick={() => onSort(column.id)}>
                    {column.header}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => (
                <td key={column.id} class={column.numeric ? 'numeric' : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
