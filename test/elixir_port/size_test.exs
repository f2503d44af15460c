defmodule Thumbnailer.SizeTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Size

  alias Thumbnailer.Size

  for {size, box} <- [
        {1, %{width: 1, height: 1}},
        {16_383, %{width: 16_383, height: 16_383}},
        {{200, 100}, %{width: 200, height: 100}},
        {{200, nil}, %{width: 200}},
        {{nil, 100}, %{height: 100}},
        {"200", %{width: 200, height: 200}},
        {"200x100", %{width: 200, height: 100}},
        {"200x", %{width: 200}},
        {"x100", %{height: 100}}
      ] do
    test "#{inspect(size)} is #{inspect(box)}" do
      assert Size.parse!(unquote(Macro.escape(size))) == unquote(Macro.escape(box))
    end
  end

  for wrong <- [
        0,
        -1,
        16_384,
        200.0,
        nil,
        :large,
        "",
        "x",
        "0x0",
        "-1x5",
        "200X100",
        "200x100x50",
        "20 0",
        "200px",
        "99999999999999999999x1",
        {0, 1},
        {nil, nil},
        {1},
        {1, 2, 3},
        [200, 100]
      ] do
    test "#{inspect(wrong)} is refused with what is accepted" do
      wrong = unquote(Macro.escape(wrong))

      assert_raise ArgumentError,
                   ~r/size must be 200, .* 1 to 16383 pixels, got: #{Regex.escape(inspect(wrong))}/,
                   fn ->
                     Size.parse!(wrong)
                   end
    end
  end

  test "a size that is nearly one is answered with what it would be" do
    for {given, meant} <- [
          {"200X100", "200x100"},
          {"200px", "200"},
          {"200 x 100", "200x100"},
          {"200×", "200x"}
        ] do
      assert_raise ArgumentError, ~r/; did you mean "#{meant}"\?/, fn -> Size.parse!(given) end
    end
  end
end
