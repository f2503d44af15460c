defmodule Thumbnailer.Documents.ContractTest do
  # The tables of this library are those of test/contract, which the port program is compared with as well.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Formats, Options}
  alias Thumbnailer.Protocol.Codec

  defp show(nil), do: "-"
  defp show(true), do: "yes"
  defp show(false), do: "no"
  defp show(value), do: to_string(value)

  test "options" do
    ours =
      for option <- Options.table(), option.wire do
        %{
          "name" => show(option.wire),
          "scope" => if(option.scope == :request, do: "request", else: "output"),
          "type" => show(option.type),
          "min" => show(option.min),
          "max" => show(option.max),
          "default" => if(option.default == nil, do: "-", else: to_string(option.default)),
          "choices" => if(option.choices == [], do: "-", else: Enum.join(option.choices, ","))
        }
      end

    # The default of format: is :auto, whatever its documentation says of suffixes.
    assert ours == contract("options")
  end

  test "formats" do
    ours =
      for format <- Formats.table() do
        for {key, value} <- format, into: %{} do
          {to_string(key), if(is_list(value), do: Enum.join(value, ","), else: show(value))}
        end
      end

    assert ours == contract("formats")
  end

  test "reasons" do
    ours =
      for {name, from, meaning} <- Error.table(),
          do: %{"name" => show(name), "from" => show(from), "meaning" => meaning}

    assert ours == contract("reasons")
  end

  # An atom that is missing in the vocabulary makes a whole answer unreadable.
  test "every key of the program's answers is in the vocabulary" do
    keys =
      ~r/\bput\("(\w+)"/
      |> Regex.scan(File.read!(root("port/server/reply.cpp")), capture: :all_but_first)
      |> List.flatten()

    assert "outputs" in keys
    assert Enum.uniq(keys) -- Enum.map(Codec.vocabulary(), &to_string/1) == []
  end

  @tag :real
  test "the program describes the same tables" do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)

    for table <- ["options", "formats"] do
      {described, 0} = System.cmd(program, ["describe", table])
      assert described == File.read!(root("test/contract/#{table}.tsv"))
    end
  end
end
