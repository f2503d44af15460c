defmodule Thumbnailer.Documents.LoggerTest do
  # What the library logs can be told from all else by its domain: `:logger_filters.domain/2`, or a backend's `metadata_filter`.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  @levels [:debug, :info, :notice, :warning, :error, :log]

  test "every message has the domain :thumbnailer" do
    calls =
      for path <- Path.wildcard(root("elixir_port/lib/**/*.ex")), call <- calls(path), do: call

    assert length(calls) >= 5

    assert for(
             {path, line, code} <- calls,
             not (code =~ "domain: [:thumbnailer]"),
             do: {path, line}
           ) == []
  end

  defp calls(path) do
    {_ast, calls} =
      path
      |> File.read!()
      |> Code.string_to_quoted!()
      |> Macro.prewalk([], fn
        {{:., _, [{:__aliases__, _, [:Logger]}, level]}, meta, _arguments} = call, found
        when level in @levels ->
          {call, [{path, meta[:line], Macro.to_string(call)} | found]}

        other, found ->
          {other, found}
      end)

    calls
  end
end
