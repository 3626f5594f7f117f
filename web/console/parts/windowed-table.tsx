/**
 * A table of up to 10,000 rows, of which only those around the screen are in the document, and whose rows may open.
 *
 * The page itself scrolls. Rows have the roving focus of a grid: arrows, Home, End and pages move, Enter opens.
 * On a narrow screen a row becomes a block in which every cell says what it is (`styles/windowed-table.css`).
 */

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { ListWindow } from '../../shared/list/list-window';

export interface WindowedColumn<T> {
  readonly id: string;
  readonly header: string;
  /** Null where the row has nothing to say; a narrow screen then leaves the cell out. */
  readonly cell: (row: T) => ComponentChildren;
  readonly numeric?: boolean;
  /** The order that a press on its header asks for; without it the column does not sort. */
  readonly sorts?: 'ascending' | 'descending';
}

export interface WindowedTableProps<T> {
  readonly caption: string;
  /** The same array for as long as cells say the same of the same row: then a row that has not changed costs nothing. */
  readonly columns: readonly WindowedColumn<T>[];
  /** Every row in order, and how to look one up. */
  readonly ids: readonly string[];
  readonly rowOf: (id: string) => T | undefined;
  /** The widths of the columns, as a class of the stylesheet. */
  readonly layout: string;
  readonly sort?: string;
  readonly onSort?: (column: string) => void;
  /** What Enter and a click do. */
  readonly onOpen: (id: string) => void;
  /** What stands below an open row; without it rows only lead somewhere. */
  readonly detail?: (row: T) => ComponentChildren;
  readonly open?: ReadonlySet<string>;
  readonly rowClass?: (row: T) => string | undefined;
  readonly testid: string;
}

export function WindowedTable<T>(props: WindowedTableProps<T>): JSX.Element {
  const { columns, ids } = props;
  return (
    <div
      class={`windowed ${props.layout}`}
      role={props.detail === undefined ? 'grid' : 'treegrid'}
      aria-label={props.caption}
      aria-rowcount={ids.length + 1}
      aria-colcount={columns.length}
      aria-readonly="true"
      data-testid={props.testid}
    >
      <div role="rowgroup" class="windowed-head">
        <div role="row" aria-rowindex={1} class="windowed-row">
          {columns.map((column) => (
            <Header key={column.id} column={column} sorted={props.sort === column.id} onSort={props.onSort} />
          ))}
        </div>
      </div>
      <Body {...props} />
    </div>
  );
}

interface HeaderProps<T> {
  readonly column: WindowedColumn<T>;
  readonly sorted: boolean;
  readonly onSort: ((column: string) => void) | undefined;
}

function Header<T>({ column, sorted, onSort }: HeaderProps<T>): JSX.Element {
  const sorts = column.sorts !== undefined && onSort !== undefined;
  return (
    <div role="columnheader" class={cellClass(column)} aria-sort={sorts ? (sorted ? column.sorts : 'none') : undefined}>
      {sorts ? (
        <button type="button" class="sort" onClick={() => onSort(column.id)}>
          {column.header}
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}

function Body<T>(props: WindowedTableProps<T>): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => new ListWindow('are left alone'), []);
  useLayoutEffect(() => (list.current === null ? undefined : rows.attach(list.current)), [rows]);
  useLayoutEffect(() => rows.afterRender());
  void rows.redraw.value;
  const parts = rows.parts(props.ids);
  return (
    <div ref={list} role="rowgroup" class="windowed-body" onKeyDown={(event) => rows.handleKey(event)}>
      {parts.map((part) =>
        part.kind === 'gap' ? (
          <div key={part.key} class="windowed-gap" aria-hidden="true" style={{ blockSize: `${part.px}px` }} />
        ) : (
          <Row key={part.key} table={props} id={part.id} index={part.index} active={part.id === rows.active} />
        ),
      )}
    </div>
  );
}

interface RowProps<T> {
  readonly table: WindowedTableProps<T>;
  readonly id: string;
  readonly index: number;
  /** Whether Tab leads here. */
  readonly active: boolean;
}

function Row<T>({ table, id, index, active }: RowProps<T>): JSX.Element | null {
  const { columns } = table;
  const row = table.rowOf(id);
  // Rows shift with each that comes on top, and their cells stay as they are.
  const cells = useMemo(() => (row === undefined ? [] : columns.map((column) => <Cell key={column.id} column={column} row={row} />)), [columns, row]);
  if (row === undefined) return null;
  const open = table.detail !== undefined && table.open?.has(id) === true;
  const extra = table.rowClass?.(row);
  return (
    <div
      role="row"
      class={extra === undefined ? 'windowed-row' : `windowed-row ${extra}`}
      data-testid="row"
      data-row={id}
      tabIndex={active ? 0 : -1}
      aria-rowindex={index + 2}
      aria-level={table.detail === undefined ? undefined : 1}
      aria-expanded={table.detail === undefined ? undefined : open}
      onKeyDown={(event) => handleRowKey(event, open, () => table.onOpen(id))}
      onClick={(event) => isPlainClick(event) && table.onOpen(id)}
    >
      {cells}
      {open && (
        <div role="gridcell" class="windowed-detail" aria-colspan={columns.length}>
          {table.detail?.(row)}
        </div>
      )}
    </div>
  );
}

function Cell<T>({ column, row }: { column: WindowedColumn<T>; row: T }): JSX.Element {
  const content = column.cell(row);
  const empty = content === null || content === undefined || content === '';
  return (
    <div role="gridcell" class={empty ? `${cellClass(column)} windowed-nothing` : cellClass(column)}>
      <span class="windowed-label" aria-hidden="true">
        {column.header}
      </span>
      {content}
    </div>
  );
}

function cellClass<T>(column: WindowedColumn<T>): string {
  return column.numeric === true ? `cell cell-${column.id} numeric` : `cell cell-${column.id}`;
}

/** Enter opens and closes, and so do the arrows that point that way; what stands in the row has its own keys. */
function handleRowKey(event: KeyboardEvent, open: boolean, toggle: () => void): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = event.key === 'Enter' || (event.key === 'ArrowRight' && !open) || (event.key === 'ArrowLeft' && open);
  if (!wanted) return;
  event.preventDefault();
  toggle();
}

/** A click that neither ends a selection of text nor meant a button or what stands below the row. */
function isPlainClick(event: MouseEvent): boolean {
  const target = event.target as Element;
  if (target.closest('a, button, input, label, select, textarea, .windowed-detail') !== null) return false;
  return document.getSelection()?.isCollapsed !== false;
}
