import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { S3Error } from "./s3-error.ts";
import { childText, element, leaf, parseXml } from "./xml.ts";

const parse = (text: string) => parseXml(Buffer.from(text));

describe("XML", () => {
  it("gives back any text that was written", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(childText(parse(element("a", leaf("b", text))), "b")).toBe(text);
      }),
    );
  });

  it("is read with declaration, comments, namespaces, attributes and CDATA", () => {
    const root = parse(
      `<?xml version="1.0"?>\n<!-- c --><s:Root xmlns="x" a='1&amp;2'><Key>&#65;&#x42;<![CDATA[<c>&]]></Key><Empty/></s:Root>\n`,
    );
    expect(root.name).toBe("Root");
    expect(root.attributes["a"]).toBe("1&2");
    expect(childText(root, "Key")).toBe("AB<c>&");
    expect(childText(root, "Empty")).toBe("");
  });

  it.each([
    "",
    "text",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&unknown;</a>",
    "<a>&amp</a>",
    "<a>&#xD800;</a>",
    "<a b=c/>",
    "<!DOCTYPE a><a/>",
    '<?xml version="1.0"?><?other?><a/>',
    `${"<a>".repeat(40)}${"</a>".repeat(40)}`,
    "<a><!-- open </a>",
  ])("refuses %j", (text) => {
    expect(() => parse(text)).toThrow(S3Error);
  });
});
