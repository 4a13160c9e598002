/**
 * Page headers of a column chunk, looked at before the decoder sees them: it takes their sizes and counts as they are, and
 * one that is negative or too large would have it loop or fill the memory.
 */
import type { AsyncBuffer, FileMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";

/** The smallest value of a dictionary: a 32-bit number, or the length of a text. */
const LEAST_DICTIONARY_BYTES = 4;

type RowGroup = FileMetaData["row_groups"][number];

/** @throws RangeError in words for the reader of the file */
export async function checkPages(file: AsyncBuffer, group: RowGroup, column: string): Promise<void> {
  const chunk = group.columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === column)?.meta_data;
  if (!chunk) throw new RangeError(`column ${column} is missing in a row group`);
  const rows = Number(group.num_rows);
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  const view = new DataView(await file.slice(start, start + Number(chunk.total_compressed_size)));
  const reader = { view, offset: 0 };
  let values = 0;
  while (values < rows && reader.offset < view.byteLength - 1) {
    const header = parquetHeader(reader);
    values += valuesOf(header, rows - values, column);
    const size = header.compressed_page_size;
    if (!isCount(size, view.byteLength - reader.offset) || !isCount(header.uncompressed_page_size, 2 ** 31)) {
      throw new RangeError(`a page of column ${column} states an impossible size`);
    }
    reader.offset += size;
  }
  if (values !== rows) throw new RangeError(`column ${column} has ${values} values in a row group of ${rows} rows`);
}

/** Values of a data page; 0 of a dictionary, which is checked against its size. */
function valuesOf(header: ReturnType<typeof parquetHeader>, most: number, column: string): number {
  const { data_page_header: first, data_page_header_v2: second, dictionary_page_header: dictionary } = header;
  if (header.type === "DICTIONARY_PAGE" && dictionary) {
    if (isCount(dictionary.num_values, header.uncompressed_page_size / LEAST_DICTIONARY_BYTES)) return 0;
  } else if (header.type === "DATA_PAGE" && first) {
    if (isCount(first.num_values, most)) return first.num_values;
  } else if (header.type === "DATA_PAGE_V2" && second) {
    const levels = second.definition_levels_byte_length + second.repetition_levels_byte_length;
    const isSound =
      second.num_rows === second.num_values &&
      isCount(second.num_nulls, second.num_values) &&
      isCount(second.definition_levels_byte_length, header.compressed_page_size) &&
      isCount(levels, header.compressed_page_size);
    if (isSound && isCount(second.num_values, most)) return second.num_values;
  }
  throw new RangeError(`a page of column ${column} states an impossible number of values`);
}

function isCount(value: unknown, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most;
}
