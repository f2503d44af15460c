defmodule Thumbnailer.Documents.ModuledocsTest do
  # The documentation in the code: it is there for everything public, and its examples run.
  use ExUnit.Case, async: true

  alias Thumbnailer.{DocumentRun, Public}

  # What a module's own examples take as given.
  @given """
  {:ok, _} = Thumbnailer.start_link(name: MyApp.Thumbs, cluster: MyApp.Thumbs, workers: 1)
  upload = File.read!("photo.jpg")
  """

  test "every module is documented, or says that it is not for others" do
    assert for({module, :none, _functions} <- Public.modules(), do: module) == []
  end

  test "every public function says what it does, by an example, too" do
    silent =
      for {module, function, doc, _metadata} <- Public.functions(),
          not match?(%{"en" => _}, doc) or Public.examples(doc["en"]) == [],
          do: show(module, function)

    assert silent == []
  end

  test "every public function has a @spec" do
    assert for(
             {module, function, _doc, _metadata} <- Public.functions(),
             not Public.specified?(module, function),
             do: show(module, function)
           ) == []
  end

  test "every public function says since when it is there" do
    assert for(
             {module, function, _doc, metadata} <- Public.functions(),
             not is_map_key(metadata, :since),
             do: show(module, function)
           ) == []
  end

  @tag :real
  @tag timeout: 300_000
  test "the examples run" do
    texts =
      for({module, %{"en" => text}, _functions} <- Public.modules(), do: {inspect(module), text}) ++
        for {module, function, %{"en" => text}, _metadata} <- Public.functions(),
            do: {show(module, function), text}

    snippets =
      for {where, text} <- texts,
          snippet <- Public.examples(text),
          not (snippet =~ "iex>" or shell?(snippet)),
          do: {snippet, where, 1}

    assert length(snippets) > 30
    {output, status} = DocumentRun.run([{@given, "what is given", 1} | snippets])
    assert status == 0, output
  end

  test "every module with doctests has them run" do
    sources =
      for path <- Path.wildcard(Thumbnailer.Fixtures.root("test/elixir_port/**/*_test.exs")),
          do: File.read!(path)

    for {module, %{"en" => text}, functions} <- Public.modules(),
        docs = [text | for({_, _, _, %{"en" => doc}, _} <- functions, do: doc)],
        Enum.any?(docs, &(&1 =~ "iex>")) do
      assert Enum.any?(
               sources,
               &(&1 =~ "doctest #{inspect(module)}\n" or &1 =~ "doctest #{inspect(module)},")
             ),
             "no test has: doctest #{inspect(module)}"
    end
  end

  defp shell?(snippet), do: snippet |> String.trim() |> String.starts_with?(["mix ", "bin/"])

  defp show(module, {name, arity}), do: "#{inspect(module)}.#{name}/#{arity}"
end
