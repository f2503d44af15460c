defmodule Thumbnailer.Options.FlagTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Options
  alias Thumbnailer.Options.{Definition, Flag}

  defp parse(name, text), do: name |> Definition.find!(Options.table()) |> Flag.parse(text)

  for {name, text, value} <- [
        {:dpr, "1.5", 1.5},
        {:dpr, "2", 2},
        {:trim, "true", true},
        {:trim, "12", 12},
        {:focus, "0.5,0.25", {0.5, 0.25}},
        {:region, "0,0,10,20", {0, 0, 10, 20}},
        {:padding, "4", 4},
        {:padding, "1,2,3,4", {1, 2, 3, 4}},
        {:rotate, "90", 90},
        {:rotate, "auto", :auto},
        {:round, "circle", :circle},
        {:round, "8", 8},
        {:quality, "80", 80},
        {:quality, "ssim:0.98", {:ssim, 0.98}}
      ] do
    test "the flag --#{name} #{text} is #{inspect(value)}" do
      assert parse(unquote(name), unquote(text)) == {:ok, unquote(Macro.escape(value))}
    end
  end

  test "flags that say nothing are refused" do
    for {name, text} <- [
          dpr: "big",
          focus: "0.5",
          region: "1,2,3",
          round: "round",
          quality: "ssim:good"
        ],
        do: assert(parse(name, text) == :error)
  end
end
