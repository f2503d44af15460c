defmodule Thumbnailer.Public do
  @moduledoc false
  # What the library promises: the modules that have documentation, their functions, and the examples that they show.

  @doc "Every module of the library: its name and what Code.fetch_docs/1 yields for it."
  def modules do
    {:ok, modules} = :application.get_key(:thumbnailer, :modules)

    for module <- modules,
        {:module, module} <- [Code.ensure_loaded(module)],
        not (module |> Module.split() |> support?()),
        not function_exported?(module, :__impl__, 1),
        {:docs_v1, _, _, _, moduledoc, _, functions} <- [Code.fetch_docs(module)],
        do: {module, moduledoc, functions}
  end

  # Modules of the tests, which are compiled with the library.
  defp support?(parts) do
    path = "test/elixir_port/support/" <> (parts |> Enum.at(1, "") |> Macro.underscore()) <> ".ex"
    File.exists?(Thumbnailer.Fixtures.root(path))
  end

  @doc "The functions of public modules that are not hidden: `{module, {name, arity}, doc, metadata}`."
  def functions do
    for {module, %{}, functions} <- modules(),
        {{kind, name, arity}, _line, _signature, doc, metadata} <- functions,
        kind in [:function, :macro],
        doc != :hidden,
        not generated?(module, name, arity),
        do: {module, {name, arity}, doc, metadata}
  end

  # What defexception brings.
  defp generated?(module, name, 1) when name in [:exception, :message],
    do:
      function_exported?(module, :__struct__, 0) and Map.has_key?(struct(module), :__exception__)

  defp generated?(_module, _name, _arity), do: false

  def specified?(module, {name, arity}) do
    {:ok, specs} = Code.Typespec.fetch_specs(module)
    # A macro is a function with its caller before the arguments.
    macro = {:"MACRO-#{name}", arity + 1}
    Enum.any?([{name, arity}, macro], &List.keymember?(specs, &1, 0))
  end

  @doc "The snippets of code in a text of documentation: what is indented by four after an empty line."
  def examples(text) do
    {snippets, _blank} =
      text
      |> String.split("\n")
      |> Enum.chunk_by(&(&1 == "" or String.starts_with?(&1, "    ")))
      |> Enum.filter(&match?(["" | _], &1))
      |> Enum.map_reduce(nil, fn lines, state ->
        {lines |> Enum.map_join("\n", &String.slice(&1, 4..-1//1)), state}
      end)

    for snippet <- snippets, String.trim(snippet) != "", do: snippet
  end
end
