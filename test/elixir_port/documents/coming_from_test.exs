defmodule Thumbnailer.Documents.ComingFromTest do
  # What docs/coming_from.md tells people to call is what the library takes.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Options, Request}

  defp lines, do: "docs/coming_from.md" |> root() |> File.read!() |> String.split("\n")

  # The code in the last column of each table.
  defp code do
    for "| " <> _ = line <- lines(),
        cell = line |> String.replace("\\|", "") |> String.split("|") |> Enum.at(-2),
        [_, code] <- Regex.scan(~r/`([^`]+)`/, cell),
        do: code
  end

  test "every call is accepted" do
    calls = for "Thumbnailer." <> _ = code <- code(), do: code
    assert length(calls) > 80

    for call <- calls do
      {{:., _, [{:__aliases__, _, [:Thumbnailer]}, name]}, _, arguments} =
        Code.string_to_quoted!(call)

      {arguments, _} = Code.eval_quoted(arguments, path: "a.jpg", bytes: "GIF89a")
      check(name, arguments)
    end
  end

  defp check(:make, [source, size | opts]),
    do: Request.make!(source, [{size, []}], List.flatten(opts))

  defp check(:make_many, [source, outputs]), do: Request.make!(source, outputs, [])
  defp check(:probe, [source]), do: Request.probe!(source, [])
  defp check(:info, []), do: :ok

  test "every option by itself is accepted" do
    names = Enum.map(Options.table(), &to_string(&1.name))

    for code <- code(), [name, _value] <- [String.split(code, ": ", parts: 2)], name in names do
      {options, _} = Code.eval_string("[#{code}]")
      assert Options.cast!(options, [:call, :request, :output]) != %{}
    end
  end
end
