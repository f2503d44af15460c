# Small stand-ins of the packages that docs/ names: as much of each as the examples touch, so that they compile and can be
# tried. What each does is what its documentation says.

defmodule Oban.Job do
  defstruct args: %{}, inserted_at: nil
end

defmodule Oban.Worker do
  @callback perform(struct) :: :ok | {:error, term} | {:snooze, pos_integer} | {:cancel, term}

  defmacro __using__(opts) do
    quote do
      @behaviour Oban.Worker
      def __opts__, do: Keyword.validate!(unquote(opts), [:queue, :max_attempts])
    end
  end
end

defmodule Broadway.Message do
  defstruct [:data, status: :ok]

  def failed(message, reason), do: %{message | status: {:failed, reason}}
end

defmodule Broadway do
  @callback handle_message(atom, Broadway.Message.t(), term) :: Broadway.Message.t()

  defmacro __using__(_opts), do: quote(do: @behaviour(Broadway))

  def start_link(_module, opts),
    do: {:ok, Keyword.validate!(opts, [:name, :producer, :processors, :context])}
end

defmodule Plug.Upload do
  defstruct [:path, :filename, :content_type]
end

defmodule Plug.Builder do
  defmacro __using__(_opts) do
    quote do
      import Plug.Builder
    end
  end

  defmacro plug(module, opts \\ []) do
    quote do
      def call(conn, _opts), do: unquote(module).call(conn, unquote(module).init(unquote(opts)))
    end
  end
end

defmodule Plug.Test do
  def conn(:get, path), do: Plug.Conn.request(path)
end

defmodule MyApp do
  def secret, do: String.duplicate("secret", 10)
end

defmodule Phoenix.Controller do
  def json(conn, term), do: %{conn | resp_body: term}
end

defmodule Phoenix.Component do
  def assign(socket, changes),
    do: %{socket | assigns: Map.merge(socket.assigns, Map.new(changes))}
end

defmodule Phoenix.LiveView do
  defmodule Socket do
    defstruct assigns: %{}, uploads: %{}
  end

  def allow_upload(socket, name, _opts),
    do: %{socket | uploads: Map.put_new(socket.uploads, name, [])}

  def cancel_upload(socket, name, ref) when is_binary(ref) and is_atom(name), do: socket

  def consume_uploaded_entries(socket, name, consume) do
    for {meta, entry} <- socket.uploads[name] do
      {:ok, value} = consume.(meta, entry)
      value
    end
  end
end

defmodule MyAppWeb do
  defmacro __using__(:controller) do
    quote do
      import Plug.Conn
      import Phoenix.Controller
    end
  end

  defmacro __using__(:live_view) do
    quote do
      import Phoenix.Component
      import Phoenix.LiveView
    end
  end
end

defmodule MyApp.Avatars do
  def folder, do: File.cwd!()
end

defmodule Waffle.File do
  defstruct [:path, :file_name, is_tempfile?: false]

  def generate_temporary_path(extension), do: Path.join(File.cwd!(), "waffle." <> extension)
end

defmodule Waffle.Definition do
  defmacro __using__(_opts) do
    quote do
      Module.register_attribute(__MODULE__, :versions, persist: true)
    end
  end
end

defmodule Telemetry.Metrics do
  @accepted [:event_name, :measurement, :tags, :description, :unit]

  def counter(name, opts), do: {:counter, name, Keyword.validate!(opts, @accepted)}
  def sum(name, opts), do: {:sum, name, Keyword.validate!(opts, @accepted)}
  def summary(name, opts), do: {:summary, name, Keyword.validate!(opts, @accepted)}
end

defmodule :telemetry do
  # As the real one, which warns of functions that are local to the place where they stand.
  def attach(_id, _event, handle, _config) when is_function(handle, 4), do: external!(handle)

  def attach_many(_id, [_ | _], handle, _config) when is_function(handle, 4),
    do: external!(handle)

  defp external!(handle) do
    {:type, :external} = Function.info(handle, :type)
    :ok
  end
end
