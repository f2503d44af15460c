defmodule Thumbnailer.Documents.DocumentsTest do
  # What README.md, docs/ and the Livebook say is so: code runs, commands exist, links lead somewhere. How a block is
  # marked decides what is done with it; CONTRIBUTING.md has the table.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{DocumentRun, Documents, Published}
  alias Thumbnailer.Port.Executable

  # What is asked of a document beyond that its blocks run: snippets that are run after them.
  @afterwards %{
    "docs/recipes.md" => "test/elixir_port/documents/recipes_afterwards.exs"
  }

  @moduletag :real
  @moduletag timeout: 300_000

  for document <- Documents.all() do
    @tag document: document
    test "every link of #{document} leads somewhere", %{document: document} do
      lost =
        for {target, line} <- Documents.links(document),
            not external?(target),
            why = why_lost(document, target),
            do: "#{document}:#{line}: #{target}: #{why}"

      assert lost == []
    end

    languages =
      for block <- Documents.blocks(document), uniq: true, do: {block.language, block.words}

    if {"elixir", []} in languages do
      @tag document: document
      test "the Elixir of #{document} runs", %{document: document} do
        snippets =
          for block <- blocks(document, "elixir", []),
              not setup?(block),
              do: {block.code, document, block.line}

        assert_runs(snippets ++ afterwards(document))
      end
    end

    if Enum.any?(languages, &match?({"elixir", [_file]}, &1)) do
      @tag document: document
      test "what #{document} shows of files is Elixir", %{document: document} do
        for %{language: "elixir", words: [_file]} = block <- Documents.blocks(document) do
          assert {:ok, _quoted} =
                   Code.string_to_quoted(block.code, file: document, line: block.line)
        end
      end
    end

    if {"sh", []} in languages or {"sh", ["run"]} in languages do
      @tag document: document
      test "the commands of #{document} exist", %{document: document} do
        for block <- blocks(document, "sh", []) ++ blocks(document, "sh", ["run"]) do
          assert {"", 0} = shell(["-n", "-c", block.code], root(""))
          assert {document, block.line, unknown(block.code)} == {document, block.line, []}
        end

        for block <- blocks(document, "sh", ["run"]) do
          {output, status} = shell(["-e", "-o", "pipefail", "-c", block.code], shop())
          assert status == 0, "#{document}:#{block.line}: #{output}"
        end
      end
    end
  end

  test "no example keeps what users send in a folder of the release, which the next deploy replaces" do
    examples =
      for document <- Documents.all(),
          block <- Documents.blocks(document),
          do: {document, block.code}

    sources =
      for path <- Path.wildcard(root("elixir_port/lib/**/*.ex")), do: {path, File.read!(path)}

    for {place, text} <- examples ++ sources, do: refute(text =~ "priv/uploads", place)
  end

  test "docs/errors_and_retries.md says what to do about each reason, once" do
    text = File.read!(root("docs/errors_and_retries.md"))
    [_, table, _] = String.split(text, ~r/^## (What to do about each|Retries)$/m)

    told =
      for "| `" <> _ = line <- String.split(table, "\n"),
          [_, reason] <- Regex.scan(~r/`([a-z_]+)`/, line |> String.split("|") |> Enum.at(1)),
          do: reason

    assert Enum.sort(told -- ["reason"]) ==
             Enum.sort(
               for {reason, _from, _meaning} <- Thumbnailer.Error.table(), do: to_string(reason)
             )
  end

  test "README.md leads to every guide, and ExDoc has each of them" do
    guides = for "docs/" <> _ = guide <- Documents.all(), do: guide
    led = for {target, _line} <- Documents.links("README.md"), do: target
    assert guides -- led == []

    extras = for %{path: path} <- Published.extras(), do: path
    assert guides -- extras == []
    for extra <- extras, do: assert(File.exists?(root(extra)))
  end

  test "a block says in a known way what is to be done with it" do
    known = fn
      %{language: "elixir", words: words} ->
        length(words) <= 1

      %{language: "sh", words: words} ->
        words in [[], ["run"]]

      %{language: "folders", words: words} ->
        length(words) == 1

      %{language: "hex", words: words} ->
        length(words) == 2

      %{language: language, words: words} ->
        language in ["", "erlang", "mermaid", "dockerfile", "yaml", "heex", "html"] and
          words == []
    end

    strange =
      for document <- Documents.all(),
          block <- Documents.blocks(document),
          not known.(block),
          do: "#{document}:#{block.line - 1}: #{Enum.join([block.language | block.words], " ")}"

    assert strange == []
  end

  # The first cell of a Livebook gets what the snippets run with already.
  defp setup?(block), do: block.code =~ "Mix.install("

  defp assert_runs(snippets) do
    {output, status} = DocumentRun.run(snippets)
    assert status == 0, output
  end

  defp afterwards(document) do
    case @afterwards[document] do
      nil -> []
      file -> [{file |> root() |> File.read!(), file, 1}]
    end
  end

  defp blocks(document, language, words),
    do:
      for(
        block <- Documents.blocks(document),
        {block.language, block.words} == {language, words},
        do: block
      )

  defp external?(target), do: target =~ ~r/^(https?|mailto):/

  defp why_lost(document, "#" <> anchor), do: no_anchor(document, anchor)

  defp why_lost(document, target) do
    [path | anchor] = String.split(target, "#", parts: 2)

    path =
      document |> Path.dirname() |> Path.join(path) |> Path.expand("/") |> Path.relative_to("/")

    cond do
      not File.exists?(root(path)) -> "there is no such file"
      anchor != [] -> no_anchor(path, hd(anchor))
      true -> nil
    end
  end

  defp no_anchor(document, anchor),
    do: if(anchor not in Documents.anchors(document), do: "there is no such heading")

  # Words of shell code that name what this repository has not: a script, a task, a flag of a task.
  defp unknown(code) do
    code = String.replace(code, ~r/\\\n/, " ")

    scripts =
      for [path] <- Regex.scan(~r"(?<![\w/.])(?:script|samples|bench)/[\w./-]+\w", code),
          not File.exists?(root(path)),
          do: path

    flags =
      for [_, task, rest] <- Regex.scan(~r/mix (thumbnailer\.\w+)([^|\n;]*)/, code),
          flag <- flags(task, rest),
          do: "mix #{task} #{flag}"

    scripts ++ flags
  end

  defp flags(task, rest) do
    case Mix.Task.get(task) do
      nil ->
        ["is no task"]

      module ->
        help = Mix.Task.moduledoc(module)
        [own | _of_the_program] = String.split(rest, ~r/ -- /)

        for [flag] <- Regex.scan(~r/(?<= )--[a-z-]+/, own),
            not String.contains?(help, "`#{flag}`"),
            do: flag
    end
  end

  # The repository as a reader has it, with results in a folder of their own.
  defp shop do
    folder = folder()
    DocumentRun.furnish(folder)
    {:ok, program} = Executable.find(nil)
    for name <- ["build", "samples"], do: File.mkdir_p!(Path.join(folder, name))
    File.ln_s!(program, Path.join(folder, "build/thumbnailer"))
    File.cp_r!(root("samples/frames"), Path.join(folder, "samples/frames"))
    File.ln_s!(root("samples/images"), Path.join(folder, "samples/images"))
    folder
  end

  defp shell(arguments, folder) do
    {:ok, program} = Executable.find(nil)
    env = [{"PATH", Path.dirname(program) <> ":" <> System.get_env("PATH")}]
    System.cmd("bash", arguments, cd: folder, env: env, stderr_to_stdout: true)
  end
end
