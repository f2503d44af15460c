defmodule Thumbnailer.Documents.DeprecatedTest do
  # What newer versions of Elixir warn of, up to 1.18, and can be told from the source: rows of the table in "Compatibility and
  # deprecations" of Elixir's documentation. Older versions, such as the one that is at hand, say nothing.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  # Calls that are deprecated from v1.10 to v1.18, whatever their arguments.
  @calls [
    {:Tuple, :append},
    {:List, :zip},
    {:Module, :eval_quoted},
    {:Calendar, :ISO, :day_of_week},
    {:Exception, :exception?},
    {:Regex, :regex?},
    {:Logger, :warn},
    {:Macro, :to_string, 2},
    {:System, :get_pid},
    {:System, :stacktrace},
    {:Code, :ensure_compiled?},
    {:Code, :load_file},
    {:Supervisor, :Spec},
    {:Mix, :Config}
  ]

  defp sources do
    for pattern <- [
          "elixir_port/mix.exs",
          "elixir_port/port_build/*.exs",
          "elixir_port/lib/**/*.ex",
          "test/elixir_port/**/*.{ex,exs}",
          "script/*.exs",
          "bench/**/*.{ex,exs}",
          "test/package/*.exs",
          "test/chaos/*.exs"
        ],
        path <- Path.wildcard(root(pattern)),
        do: path
  end

  defp found(find) do
    for path <- sources(),
        line <- path |> File.read!() |> parsed() |> lines(find),
        do: "#{Path.relative_to(path, root(""))}:#{line}"
  end

  # With the delimiters of literals, which are left out otherwise.
  defp parsed(code) do
    Code.string_to_quoted!(code,
      token_metadata: true,
      literal_encoder: &{:ok, {:__block__, &2, [&1]}}
    )
  end

  defp lines(code, find) do
    {_code, lines} =
      Macro.prewalk(code, [], fn node, lines -> {node, List.wrap(find.(node)) ++ lines} end)

    lines
  end

  test "no charlist stands in single quotes" do
    assert found(&charlist/1) == []
    assert "x = ['-a', ~c(b)]" |> parsed() |> lines(&charlist/1) == [1]
  end

  defp charlist({:__block__, meta, [list]}) when is_list(list),
    do: if(meta[:delimiter] == "'", do: meta[:line])

  defp charlist(_other), do: nil

  test "no call that something else has taken the place of" do
    assert found(fn
             {{:., meta, [{:__aliases__, _, parts}, name]}, _, arguments} ->
               call = List.to_tuple(parts ++ [name])

               if call in @calls or
                    Tuple.insert_at(call, tuple_size(call), length(arguments)) in @calls,
                  do: meta[:line]

             {:use, meta, [{:__aliases__, _, parts} | _]} ->
               if List.to_tuple(parts) in @calls or parts == [:Bitwise], do: meta[:line]

             _other ->
               nil
           end) == []
  end

  # In a pattern the step has to be written, and so it has where the last number is negative.
  test "no range without its step stands in a pattern, or goes down" do
    assert found(fn
             {kind, _, [pattern, _]} when kind in [:<-, :->, :=] -> ranges(pattern)
             {:.., meta, [_first, {:-, _, [_last]}]} -> meta[:line]
             _other -> nil
           end) == []
  end

  # Guards may have them, with numbers that are known.
  defp ranges([{:when, _, patterns_and_guard}]),
    do: patterns_and_guard |> List.delete_at(-1) |> ranges()

  defp ranges(pattern) do
    lines(pattern, fn
      {:.., meta, [_first, _last]} -> meta[:line]
      _other -> nil
    end)
  end
end
