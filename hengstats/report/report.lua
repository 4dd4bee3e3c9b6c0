-- Numbers headings, makes links of citations, and gives Word the fields that it
-- updates itself: contents, numbers of captions, references to them.

local DOCX, HTML = FORMAT == "docx", FORMAT:match("^html") ~= nil
local DIGITS = { "一", "二", "三", "四", "五", "六", "七", "八", "九" }
local SHORT, LITTLE = 14, 1000 -- rows of a table, bytes of its text
local DEPTH = 2 -- levels of headings in the contents
local labels, places = {}, {} -- what a label says, where a source is listed
local counts, entries = { 0, 0, 0, 0, 0, 0 }, {}
local appendices, sections, marks = 0, 0, 9000
local first -- the first numbered heading
local words -- of the language, and whether Word numbers the headings itself

local function raw(text) return pandoc.RawInline("openxml", text) end

local function run(text)
  local plain = text:gsub("&", "&amp;"):gsub("<", "&lt;")
  return '<w:r><w:t xml:space="preserve">' .. plain .. "</w:t></w:r>"
end

local function mark(kind, more)
  return '<w:r><w:fldChar w:fldCharType="' .. kind .. '"' .. (more or "") .. "/></w:r>"
end

local function open(code, more)
  return mark("begin", more) .. '<w:r><w:instrText xml:space="preserve"> ' .. code
    .. " </w:instrText></w:r>" .. mark("separate")
end

local function field(code, shown) return open(code) .. run(shown) .. mark("end") end

local function chinese(number)
  if number < 10 then return DIGITS[number] end
  local tens, ones = number // 10, number % 10
  return (tens > 1 and DIGITS[tens] or "") .. "十" .. (DIGITS[ones] or "")
end

local function number_of(level)
  if words.lang == "en" then
    return table.concat(counts, ".", 1, level) .. (level == 1 and ". " or " ")
  end
  local shapes = { "%s、", "（%s）", "%s.", "（%s）", "%s）", "%s）" }
  local number = level < 3 and chinese(counts[level]) or tostring(counts[level])
  return shapes[level]:format(number)
end

-- First: what may be referred to.

local function note_label(span)
  if span.classes:includes("label") then
    labels[span.identifier] = pandoc.utils.stringify(span)
  end
end

local function note_place(div)
  if div.identifier:match("^source_%d+$") then places[div.identifier] = true end
end

-- Then, from the top: each piece as the format shows it.

local function show_heading(head)
  sections = sections + 1
  local level, number = head.level, ""
  local title = pandoc.utils.stringify(head)
  if head.classes:includes("appendix") then
    appendices = appendices + 1
    local which = words.lang == "en" and " " .. string.char(64 + appendices) .. ". "
      or chinese(appendices) .. "　"
    number = words.appendix .. which
  elseif not head.classes:includes("unnumbered") then
    counts[level] = counts[level] + 1
    for below = level + 1, #counts do counts[below] = 0 end
    number = number_of(level)
    first = first or "section_" .. sections
  end
  local plain = number == "" or head.classes:includes("appendix")
  head.identifier = "section_" .. sections
  if level <= DEPTH then
    entries[#entries + 1] = { id = head.identifier, level = level, text = number .. title }
  end
  if plain or not (DOCX and words.native) then
    head.content:insert(1, pandoc.Str(number))
  end
  if DOCX and words.native and plain then
    local style = { ["custom-style"] = "Unnumbered Heading " .. math.min(level, 2) }
    return pandoc.Div(pandoc.Para(head.content), pandoc.Attr(head.identifier, {}, style))
  end
  head.classes = {}
  return head
end

local function show_label(span)
  if not (DOCX and span.classes:includes("label")) then return nil end
  local word, number = pandoc.utils.stringify(span):match("^(.-)(%d+)$")
  local code = "SEQ " .. word:gsub("%s+$", "") .. " \\* ARABIC"
  local text = run(word) .. field(code, number)
  if span.identifier ~= "" then
    marks = marks + 1
    local id = ' w:id="' .. marks .. '"'
    text = "<w:bookmarkStart" .. id .. ' w:name="' .. span.identifier .. '"/>' .. text
      .. "<w:bookmarkEnd" .. id .. "/>"
  end
  return raw(text), false
end

local function show_link(link)
  if #link.content > 0 then return nil, false end
  local name = link.target:sub(2)
  local label = labels[name] or error("no figure or table is called " .. name)
  if DOCX then return raw(field("REF " .. name .. " \\h", label)), false end
  link.content = { pandoc.Str(label) }
  link.classes = { "ref" }
  return link, false
end

local function show_citations(str)
  if HTML and str.text:match("^%d%d%d%d%-%d%d[%d%-]*$") then -- a date stays whole
    return pandoc.Span(str, pandoc.Attr("", { "whole" })), false
  end
  local found, from = pandoc.Inlines({}), 1
  for first, number, last in str.text:gmatch("()%[(%d+)%]()") do
    if places["source_" .. number] then
      if first > from then found:insert(pandoc.Str(str.text:sub(from, first - 1))) end
      local attr = pandoc.Attr("", { "cite" })
      local text = "[" .. number .. "]"
      found:insert(pandoc.Link({ pandoc.Str(text) }, "#source_" .. number, "", attr))
      from = last
    end
  end
  if from == 1 then return nil end
  if from <= #str.text then found:insert(pandoc.Str(str.text:sub(from))) end
  return found, false
end

local function show_figure(figure)
  return figure:walk({ Image = function(image)
    local alt = image.attributes.alt or pandoc.utils.stringify(image.caption)
    image.attributes.alt = nil
    image.caption = { pandoc.Str(alt) }
    if not HTML then return image end
    image.attributes.width = nil
    -- what lies on it comes to stand where the remark is
    local name = image.src:match("([^/.]+)[^/]*$")
    local remark = pandoc.RawInline("html", "<!--" .. name .. "-->")
    return pandoc.Span({ image, remark }, pandoc.Attr("", { "chart" }))
  end })
end

local function show_table(table)
  if DOCX then return nil end
  if not HTML then -- a short table is not parted by the end of a page
    local rows = 0
    for _, body in ipairs(table.bodies) do rows = rows + #body.body end
    if rows > SHORT or #pandoc.utils.stringify(table) > LITTLE then return nil end
    local walked = table:walk({ Span = show_label, Link = show_link, Str = show_citations })
    local function typst(text) return pandoc.RawBlock("typst", text) end
    return { typst("#block(breakable: false, width: 100%)["), walked, typst("]") }, false
  end
  for _, body in ipairs(table.bodies) do body.row_head_columns = 1 end
  -- Wider than a telephone, a table is moved under the finger, or by the keyboard.
  local name = pandoc.utils.stringify(table.caption.long)
  -- pairs, as a table by names has no order, and the same page must have the same bytes
  local kind = { { "role", "region" }, { "tabindex", "0" }, { "aria-label", name } }
  local walked = table:walk({ Span = show_label, Link = show_link, Str = show_citations })
  return pandoc.Div(walked, pandoc.Attr("", { "wide" }, kind)), false
end

-- Small type, which typst has from its template; a source does not cite itself.
local function show_div(div)
  if FORMAT == "typst" and div.attributes["custom-style"] then
    local blocks = places[div.identifier] and div.content
      or div:walk({ Str = show_citations }).content
    blocks:insert(1, pandoc.RawBlock("typst", "#small["))
    local place = div.identifier ~= "" and " <" .. div.identifier .. ">" or ""
    blocks:insert(pandoc.RawBlock("typst", "]" .. place))
    return blocks, false
  end
  if places[div.identifier] then return div, false end
end

-- What stands before a figure stays on its page; Word is told so afterwards.
local function keep_leads(blocks)
  local kept = pandoc.Blocks({})
  for i, block in ipairs(blocks) do
    local after = blocks[i + 1]
    local lead = FORMAT == "typst" and block.t == "Para" and after and after.t == "Figure"
    if lead then kept:insert(pandoc.RawBlock("typst", "#lead[")) end
    kept:insert(block)
    if lead then kept:insert(pandoc.RawBlock("typst", "]")) end
  end
  return kept
end

-- The contents stand before the first numbered heading; those of a page in its margin.

local function styled(style, inlines)
  return pandoc.Div(pandoc.Para(inlines), pandoc.Attr("", {}, { ["custom-style"] = style }))
end

local function contents()
  if not DOCX then
    local code = "#contents([%s], %d)"
    return { pandoc.RawBlock("typst", code:format(words.contents, DEPTH)) }
  end
  local blocks = { styled("TOC Heading", { pandoc.Str(words.contents) }) }
  for i, one in ipairs(entries) do
    local line = pandoc.Inlines({})
    if i == 1 then
      local code = 'TOC \\o "1-%d" \\h \\z \\u'
      line:insert(raw(open(code:format(DEPTH), ' w:dirty="true"')))
    end
    line:insert(raw('<w:hyperlink w:anchor="' .. one.id .. '" w:history="1">'
      .. run(one.text) .. "<w:r><w:tab/></w:r>"
      .. field("PAGEREF " .. one.id .. " \\h", "") .. "</w:hyperlink>"))
    if i == #entries then line:insert(raw(mark("end"))) end
    blocks[#blocks + 1] = styled("toc " .. one.level, line)
  end
  return blocks
end

function Pandoc(doc)
  words = {}
  for _, key in ipairs({ "lang", "contents", "appendix", "native" }) do
    words[key] = pandoc.utils.stringify(doc.meta[key] or "")
  end
  words.native = words.native == "true"
  doc:walk({ Span = note_label, Div = note_place })
  local blocks = doc.blocks:walk({
    traverse = "topdown",
    Header = show_heading, Span = show_label, Link = show_link, Str = show_citations,
    Figure = show_figure, Table = show_table, Div = show_div,
  })
  -- A report without appendices is short: it needs no contents.
  local place
  for i, block in ipairs(blocks) do
    if block.t == "Header" and block.identifier == first then place = i end
  end
  if place and appendices > 0 and not HTML then
    for i, block in ipairs(contents()) do blocks:insert(place + i - 1, block) end
  end
  return pandoc.Pandoc(keep_leads(blocks), doc.meta)
end
