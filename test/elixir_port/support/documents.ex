defmodule Thumbnailer.Documents do
  @moduledoc false
  # The Markdown files of the repository as the tests see them: their code blocks, links and headings.

  import Thumbnailer.Fixtures, only: [root: 1]

  defmodule Block do
    @moduledoc false
    # A fenced block: `language`, the words in the comment on the line before it, the line of its first line of code.
    defstruct [:language, :words, :line, :code]
  end

  @folders ["", "docs/", "samples/", "elixir_port/"]

  @doc "All documents, Livebooks among them, as paths from the root."
  def all do
    for folder <- @folders,
        path <- Path.wildcard(root(folder <> "*.{md,livemd}")),
        File.regular?(path) do
      Path.relative_to(path, root(""))
    end
  end

  @doc "The code blocks of a document, in their order."
  def blocks(document), do: document |> lines() |> blocks([])

  defp blocks([], found), do: Enum.reverse(found)

  defp blocks([{"<!-- " <> comment, _line}, {"```" <> _info, _} = fence | rest], found),
    do: block([fence | rest], comment |> String.trim_trailing(" -->") |> String.split(), found)

  defp blocks([{"```" <> _info, _line} | _rest] = lines, found), do: block(lines, [], found)
  defp blocks([_prose | rest], found), do: blocks(rest, found)

  # The rest of the line behind the fence is the language: some readers of Markdown, ExDoc's among them, take a fence with more
  # than one word for text.
  defp block([{"```" <> language, line} | rest], words, found) do
    {code, rest} = Enum.split_while(rest, fn {text, _line} -> text != "```" end)
    code = Enum.map_join(code, &(elem(&1, 0) <> "\n"))
    block = %Block{language: language, words: words, line: line + 1, code: code}
    rest |> Enum.drop(1) |> blocks([block | found])
  end

  @doc "Where a document leads to: `{target, line}`, links and pictures alike."
  def links(document) do
    for {text, line} <- prose(document),
        [_, target] <-
          Regex.scan(~r/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/, without_code(text)) ++ html(text),
        do: {target, line}
  end

  defp html(text), do: Regex.scan(~r/(?:src|href)="([^"]+)"/, text)
  defp without_code(text), do: String.replace(text, ~r/`[^`]*`/, "``")

  @doc "What `#...` can name in a document: its headings as GitHub makes anchors of them."
  def anchors(document), do: document |> headings(1..6) |> Enum.map(&anchor/1) |> number()

  @doc "What `#...` can name in the page that ExDoc makes of a document: ExDoc.Utils.text_to_id/1 of 0.40.3, of two levels."
  def published_anchors(document) do
    document
    |> headings(2..3)
    |> Enum.map(fn heading ->
      heading
      |> String.replace("`", "")
      |> String.replace(~r/\W+/u, "-")
      |> String.trim("-")
      |> String.downcase()
    end)
    |> number()
  end

  defp headings(document, levels) do
    for {text, _line} <- prose(document),
        [_, marks, heading] <- [Regex.run(~r/^(\#{1,6}) +(.*)$/, text)],
        byte_size(marks) in levels,
        do: heading
  end

  defp anchor(heading) do
    heading
    |> String.downcase()
    |> String.replace(~r/[^\p{L}\p{N}\s_-]/u, "")
    |> String.trim()
    |> String.replace(" ", "-")
  end

  # The second heading of a name gets -1, the third -2.
  defp number(anchors) do
    {numbered, _counts} =
      Enum.map_reduce(anchors, %{}, fn anchor, counts ->
        count = Map.get(counts, anchor, 0)

        {if(count == 0, do: anchor, else: "#{anchor}-#{count}"),
         Map.put(counts, anchor, count + 1)}
      end)

    numbered
  end

  # Lines outside of code blocks.
  defp prose(document) do
    {prose, _inside} =
      document
      |> lines()
      |> Enum.flat_map_reduce(false, fn
        {"```" <> _, _line}, inside -> {[], not inside}
        line, false -> {[line], false}
        _line, true -> {[], true}
      end)

    prose
  end

  defp lines(document),
    do: document |> root() |> File.read!() |> String.split("\n") |> Enum.with_index(1)
end
