defmodule Thumbnailer.Published do
  @moduledoc false
  # The documentation as ExDoc publishes it: every page in one folder, the assets where mix.exs says. As in ExDoc 0.40.3, lib/ex_doc/autolink.ex and
  # extras.ex.

  import Thumbnailer.Fixtures, only: [root: 1]

  alias Thumbnailer.Documents

  # Links to files with these suffixes lead to the page made of the file of that name, wherever it lies.
  @pages [".livemd", ".cheatmd", ".md", ".txt", ""]

  @doc "The pages that are made of documents: their file and their name."
  def extras do
    for extra <- docs()[:extras] do
      {path, opts} = if is_binary(extra), do: {extra, []}, else: extra
      name = path |> Path.basename() |> Path.rootname() |> String.downcase()
      %{path: Path.relative_to(path, ".."), page: Keyword.get(opts, :filename, name)}
    end
  end

  @doc "The names of all pages, of documents and of modules, without their suffix."
  def pages do
    modules = for {module, %{}, _functions} <- Thumbnailer.Public.modules(), do: inspect(module)
    for(%{page: page} <- extras(), do: page) ++ modules ++ ["404", "search", "api-reference"]
  end

  @doc "Why a link or a picture of a document leads nowhere once it is published; nil when it does not."
  def lost(document, target) do
    [path | anchor] = String.split(target, "#", parts: 2)

    cond do
      target =~ ~r/^(https?|mailto):/ -> nil
      path == "" -> lost_anchor(document, anchor)
      Path.extname(path) in @pages -> lost_page(document, path, anchor)
      true -> lost_asset(path)
    end
  end

  defp lost_anchor(_document, []), do: nil

  defp lost_anchor(document, [anchor]),
    do: if(anchor not in Documents.published_anchors(document), do: "ExDoc makes no such anchor")

  defp lost_page(document, path, anchor) do
    meant =
      document |> Path.dirname() |> Path.join(path) |> Path.expand("/") |> Path.relative_to("/")

    case Enum.filter(extras(), &(Path.basename(&1.path) == Path.basename(path))) do
      [%{path: ^meant}] -> lost_anchor(meant, anchor)
      [] -> "no page is made of it"
      others -> "it becomes a link to #{Enum.map_join(others, ", ", & &1.path)}"
    end
  end

  defp lost_asset(path) do
    found? =
      Enum.any?(docs()[:assets], fn {source, target} ->
        String.starts_with?(path, target <> "/") and
          "elixir_port"
          |> Path.join(source)
          |> Path.join(Path.relative_to(path, target))
          |> root()
          |> File.regular?()
      end)

    if found?, do: nil, else: "no asset is there"
  end

  defp docs, do: Mix.Project.config()[:docs]
end
