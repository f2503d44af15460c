defmodule Thumbnailer.Documents.StandInsTest do
  # The packages of others are not here, so their places are taken by stand-ins. stand_ins.tsv is what was read in the sources of
  # those packages: no stand-in has a function that the real module has not, and the library calls no other.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  @sources ["test/elixir_port/documents/stand_ins.exs", "test/elixir_port/support/conn.ex"]

  # What a test asks its stand-in, and parts of applications that only the documents speak of.
  @own [{"Plug.Conn", :request}, {"Plug.Conn", :sent_header}]
  @applications ["MyApp", "MyAppWeb", "MyApp.Avatars"]

  defp rows do
    [_header | lines] =
      "test/elixir_port/documents/stand_ins.tsv"
      |> root()
      |> File.read!()
      |> String.split("\n", trim: true)

    for line <- lines,
        [_package, _version, module, kind, name, arity] = String.split(line, "\t") do
      {module, String.to_atom(kind), String.to_atom(name), String.to_integer(arity)}
    end
  end

  test "a stand-in has no function that the real module has not" do
    found = for source <- @sources, definition <- definitions(source), do: definition
    assert length(found) > 25

    invented =
      for {module, _kind, name, _arity} = definition <- found,
          module not in @applications,
          {module, name} not in @own,
          definition not in rows(),
          do: definition

    assert invented == []
  end

  test "what the library calls of other packages, the real modules have" do
    {:ok, modules} = :application.get_key(:thumbnailer, :modules)

    called =
      for module <- modules,
          source = to_string(module.module_info(:compile)[:source]),
          source =~ "/elixir_port/lib/",
          {called, name, arity} <- imports(module),
          called = inspect(called),
          Enum.any?(rows(), &(elem(&1, 0) == called)),
          uniq: true,
          do: {called, :function, name, arity}

    assert {"Plug.Conn", :function, :send_file, 5} in called
    assert called -- rows() == []
  end

  # What a compiled module calls elsewhere.
  defp imports(module) do
    {:ok, {^module, [imports: imports]}} = :beam_lib.chunks(:code.which(module), [:imports])
    imports
  end

  # The public functions, macros and callbacks in a source, without compiling it: `:telemetry` must not be there afterwards.
  defp definitions(source) do
    {:ok, ast} = source |> root() |> File.read!() |> Code.string_to_quoted()
    ast |> modules("") |> Enum.uniq()
  end

  defp modules({:__block__, _, parts}, prefix), do: Enum.flat_map(parts, &modules(&1, prefix))

  defp modules({:defmodule, _, [name, [do: body]]}, prefix) do
    name = prefix <> name(name)

    own =
      for definition <- parts(body),
          found <- definition(definition),
          do: Tuple.insert_at(found, 0, name)

    own ++ Enum.flat_map(parts(body), &modules(&1, name <> "."))
  end

  defp modules(_other, _prefix), do: []

  defp name({:__aliases__, _, parts}), do: Enum.join(parts, ".")
  defp name(atom), do: inspect(atom)

  defp parts({:__block__, _, parts}), do: parts
  defp parts(one), do: [one]

  defp definition({kind, _, [head | _body]}) when kind in [:def, :defmacro] do
    {name, arguments} = head |> without_guard() |> Macro.decompose_call()
    defaults = Enum.count(arguments, &match?({:\\, _, _}, &1))
    kind = if kind == :def, do: :function, else: :macro
    for arity <- (length(arguments) - defaults)..length(arguments), do: {kind, name, arity}
  end

  defp definition({:@, _, [{:callback, _, [{:"::", _, [head, _result]}]}]}) do
    {name, arguments} = Macro.decompose_call(head)
    [{:callback, name, length(arguments)}]
  end

  defp definition(_other), do: []

  defp without_guard({:when, _, [head | _guard]}), do: head
  defp without_guard(head), do: head
end
